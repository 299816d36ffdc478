#include "runtime/data/Csr.h"
#include "test/Runtime/Data/Testing.h"

namespace sft::rt {
namespace {

InputSpec dense(std::string name, std::vector<int64_t> shape,
                DataType type = DataType::F32) {
  InputSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.rows = shape[0];
  spec.globalShape = std::move(shape);
  return spec;
}

InputSpec csr(std::string name, std::vector<int64_t> shape, int64_t capacity) {
  InputSpec spec = dense(std::move(name), std::move(shape));
  spec.csr = true;
  spec.capacity = capacity;
  return spec;
}

auto fromCsv(const std::string &text) { return shared(readCsv(bytesOf(text))); }
auto fromSvm(const std::string &text) {
  return shared(readLibsvm(bytesOf(text)));
}

/// Arrays live as long as `file`.
auto fromNpy(const std::string &file, const std::string &name) {
  return shared(readNpy(bytesOf(file), name));
}

template <typename T>
std::vector<T> load(const BatchReader &reader, size_t input, int64_t batch,
                    size_t elements, const Shuffle *shuffle = nullptr) {
  std::vector<T> out(elements);
  void *buffers[] = {out.data()};
  reader.load(input, batch, shuffle, buffers);
  return out;
}

std::unique_ptr<BatchReader> make(std::shared_ptr<const Dataset> data,
                                  std::vector<InputSpec> inputs) {
  auto reader = BatchReader::create(std::move(data), std::move(inputs));
  EXPECT_TRUE(reader.ok()) << reader.status().message();
  return reader.ok() ? std::move(*reader) : nullptr;
}

TEST(BatchReader, RanksTakeTheirRows) {
  std::string file =
      npyOf("<f4", "(6, 2)", raw<float>({0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}));
  InputSpec x = dense("x", {4, 2});
  x.firstRow = 2;
  x.rows = 2;
  auto reader = make(fromNpy(file, "x"), {x});
  EXPECT_EQ(reader->rows(), 6);
  EXPECT_EQ(load<float>(*reader, 0, 0, 4), (std::vector<float>{2, 2, 3, 3}));
  // D12: rows past the end repeat the last one.
  EXPECT_EQ(load<float>(*reader, 0, 1, 4), (std::vector<float>{5, 5, 5, 5}));
}

/// Rows behind the end of the batch are no rows of the next one.
TEST(BatchReader, ZerosStandBehindTheBatch) {
  std::string file = npyOf("<f4", "(6,)", raw<float>({1, 2, 3, 4, 5, 6}));
  InputSpec x = dense("x", {3});
  x.firstRow = x.rows = 2;
  auto reader = make(fromNpy(file, "x"), {x});
  EXPECT_EQ(load<float>(*reader, 0, 0, 2), (std::vector<float>{3, 0}));
  EXPECT_EQ(load<float>(*reader, 0, 1, 2), (std::vector<float>{6, 0}));
  x.firstRow = 4; // this rank has none
  reader = make(fromNpy(file, "x"), {x});
  EXPECT_EQ(load<float>(*reader, 0, 0, 2), (std::vector<float>{0, 0}));
}

TEST(BatchReader, EmptyRowsStandBehindTheBatch) {
  InputSpec x = csr("x", {3, 4}, 8);
  x.firstRow = x.rows = 2;
  auto reader = make(fromSvm("0 1:1\n0 2:2\n0 1:3 3:4\n0 4:5\n"), {x});
  int32_t offsets[3] = {}, columns[8] = {};
  float values[8] = {};
  void *buffers[] = {offsets, columns, values};
  reader->load(0, 0, nullptr, buffers);
  EXPECT_EQ(std::vector(offsets, offsets + 3), (std::vector<int32_t>{0, 2, 2}));
  EXPECT_EQ(std::vector(values, values + 3), (std::vector<float>{3, 4, 0}));
}

TEST(BatchReader, ShuffledEpochVisitsAllRowsOnce) {
  std::string file = npyOf("<i4", "(6,)", raw<int32_t>({0, 1, 2, 3, 4, 5}));
  auto reader = make(fromNpy(file, "x"), {dense("x", {2}, DataType::I32)});
  Shuffle shuffle(6, 1, 0);
  std::vector<int> seen(6);
  for (int64_t batch = 0; batch < 3; ++batch) {
    for (int32_t row : load<int32_t>(*reader, 0, batch, 2, &shuffle)) {
      ++seen[size_t(row)];
    }
  }
  EXPECT_EQ(seen, std::vector<int>(6, 1));
}

TEST(BatchReader, Converts) {
  std::string file = npyOf("<f8", "(2,)", raw<double>({3, -4}));
  auto data = fromNpy(file, "x");
  auto f32 = make(data, {dense("x", {2, 1})});
  EXPECT_EQ(load<float>(*f32, 0, 0, 2), (std::vector<float>{3, -4}));
  auto i64 = make(data, {dense("x", {2}, DataType::I64)});
  EXPECT_EQ(load<int64_t>(*i64, 0, 0, 2), (std::vector<int64_t>{3, -4}));
}

TEST(BatchReader, D13_LossyConversionIsRefused) {
  std::string half = npyOf("<f4", "(2,)", raw<float>({1, 0.5}));
  expectError(
      BatchReader::create(fromNpy(half, "x"), {dense("x", {2}, DataType::I32)}),
      Code::Config, "sample 1 has a value that is no i32");
  std::string wide = npyOf("<i8", "(1,)", raw<int64_t>({1LL << 40}));
  expectError(
      BatchReader::create(fromNpy(wide, "x"), {dense("x", {1}, DataType::I32)}),
      Code::Config, "no i32");
  std::string edge = npyOf("<f8", "(1,)", raw<double>({2147483648.0}));
  expectError(
      BatchReader::create(fromNpy(edge, "x"), {dense("x", {1}, DataType::I32)}),
      Code::Config, "no i32");
}

TEST(BatchReader, D13_ShapeAndNames) {
  std::string file = npyOf("<f4", "(2, 3)", std::string(24, '\0'));
  expectError(BatchReader::create(fromNpy(file, "x"), {dense("x", {2, 4})}),
              Code::Config,
              "f32[rowsx3] in the data, the model wants "
              "f32[rowsx4]");
  expectError(BatchReader::create(fromNpy(file, "y"), {dense("x", {2, 3})}),
              Code::Config, "it has y: f32[2x3]");
  expectError(BatchReader::create(fromSvm("1 5:1\n"), {dense("x", {1, 4})}),
              Code::Config, "feature 4 (from 0) in sample 0");
}

TEST(BatchReader, CsvNumberedColumns) {
  auto reader = make(fromCsv("x.1,y,x.0\n1,2,3\n4,5,6\n"),
                     {dense("x", {2, 2}), dense("y", {2})});
  EXPECT_EQ(load<float>(*reader, 0, 0, 4), (std::vector<float>{3, 1, 6, 4}));
}

TEST(BatchReader, CsvRestOfColumns) {
  auto reader = make(fromCsv("a,y,b\n1,2,3\n4,5,6\n"),
                     {dense("x", {2, 2}), dense("y", {2, 1})});
  EXPECT_EQ(load<float>(*reader, 0, 0, 4), (std::vector<float>{1, 3, 4, 6}));
  EXPECT_EQ(load<float>(*reader, 1, 0, 2), (std::vector<float>{2, 5}));
  expectError(BatchReader::create(fromCsv("a,y,b\n1,2,3\n"),
                                  {dense("x", {2, 3}), dense("y", {2})}),
              Code::Config, "takes 3 columns, the data has 2");
}

TEST(BatchReader, PredictionNeedsNoLabels) {
  auto reader =
      make(fromCsv("a,b\n1,3\n"), {dense("x", {2, 2}), dense("y", {2})});
  EXPECT_TRUE(reader->has(0));
  EXPECT_FALSE(reader->has(1));
}

TEST(BatchReader, D07_UnusableColumnOnlyMattersWhereNeeded) {
  auto data = fromCsv("a,b\n1,x\n2,y\n");
  EXPECT_TRUE(BatchReader::create(data, {dense("a", {2})}).ok());
  expectError(BatchReader::create(data, {dense("b", {2})}), Code::Data,
              "column \"b\": line 2");
  expectError(BatchReader::create(data, {dense("x", {2, 2})}), Code::Data,
              "column \"b\": line 2");
}

TEST(BatchReader, DenseFromCsr) {
  auto reader = make(fromSvm("1 2:5\n0 1:7 3:8\n"), {dense("x", {2, 3})});
  EXPECT_EQ(load<float>(*reader, 0, 0, 6),
            (std::vector<float>{0, 5, 0, 7, 0, 8}));
}

struct CsrBuffers {
  int32_t offsets[3] = {};
  int32_t columns[4] = {};
  float values[4] = {};
  void *pointers[3] = {offsets, columns, values};
};

TEST(BatchReader, CsrBatches) {
  auto data = fromSvm("1 1:1 2:2\n1 3:3 4:4\n1 4:5\n");
  auto reader = make(data, {csr("x", {2, 4}, 4)});
  CsrBuffers out;
  reader->load(0, 0, nullptr, out.pointers);
  EXPECT_EQ(std::vector(out.offsets, out.offsets + 3),
            (std::vector<int32_t>{0, 2, 4}));
  EXPECT_EQ(std::vector(out.columns, out.columns + 4),
            (std::vector<int32_t>{0, 1, 2, 3}));
  // The second batch is one row and one past the end: what the first left
  // beyond is zeroed.
  reader->load(0, 1, nullptr, out.pointers);
  EXPECT_EQ(std::vector(out.offsets, out.offsets + 3),
            (std::vector<int32_t>{0, 1, 1}));
  EXPECT_EQ(std::vector(out.columns, out.columns + 4),
            (std::vector<int32_t>{3, 0, 0, 0}));
  EXPECT_EQ(std::vector(out.values, out.values + 4),
            (std::vector<float>{5, 0, 0, 0}));
}

TEST(BatchReader, CsrBlocks) {
  auto data = fromSvm("1 1:1 2:2\n1 3:3 4:4\n1 4:5\n");
  InputSpec spec = csr("x", {2, 4}, 4);
  spec.blocks = 2;
  auto reader = make(data, {spec});
  struct {
    int32_t offsets[4] = {}, columns[4] = {};
    float values[4] = {};
  } out;
  void *const buffers[] = {out.offsets, out.columns, out.values};
  reader->load(0, 0, nullptr, buffers);
  EXPECT_EQ(std::vector(out.offsets, out.offsets + 4),
            (std::vector<int32_t>{0, 2, 0, 2}));
  EXPECT_EQ(std::vector(out.values, out.values + 4),
            (std::vector<float>{1, 2, 3, 4}));
  // A row of one entry and one past the end, each in its block.
  reader->load(0, 1, nullptr, buffers);
  EXPECT_EQ(std::vector(out.offsets, out.offsets + 4),
            (std::vector<int32_t>{0, 1, 0, 0}));
  EXPECT_EQ(std::vector(out.columns, out.columns + 4),
            (std::vector<int32_t>{3, 0, 0, 0}));
  EXPECT_EQ(std::vector(out.values, out.values + 4),
            (std::vector<float>{5, 0, 0, 0}));
  // One block has room for two entries, not the batch for four.
  expectError(BatchReader::create(fromSvm("1 1:1 2:2 3:3\n1 4:4\n"), {spec}),
              Code::Config,
              "1 rows may hold 3 non-zeros, the model has room for 2");
}

TEST(BatchReader, CsrCapacityCountsTheLongestRows) {
  auto data = fromSvm("1 1:1\n1 1:1 2:1 3:1\n1 1:1\n1 1:1 2:1\n");
  expectError(BatchReader::create(data, {csr("x", {2, 3}, 4)}), Code::Config,
              "2 rows may hold 5 non-zeros, the model has room for 4");
  EXPECT_TRUE(BatchReader::create(data, {csr("x", {2, 3}, 5)}).ok());
}

TEST(BatchReader, CsrTriples) {
  Dataset data;
  std::string parts[] = {npyOf("<i8", "(3,)", raw<int64_t>({0, 1, 2})),
                         npyOf("<i4", "(2,)", raw<int32_t>({3, 1})),
                         npyOf("<f4", "(2,)", raw<float>({7, 8}))};
  const char *names[] = {"x.indptr", "x.indices", "x.data"};
  for (int i = 0; i < 3; ++i) {
    data.dense.push_back(readNpy(bytesOf(parts[i]), names[i])->dense[0]);
  }
  Dataset bad = data;
  ASSERT_TRUE(joinCsrTriples(data).ok());
  EXPECT_TRUE(data.dense.empty());
  EXPECT_EQ(data.findSparse("x")->columns, 4);
  std::string negative = npyOf("<i4", "(2,)", raw<int32_t>({-1, 1}));
  bad.dense[1] = readNpy(bytesOf(negative), "x.indices")->dense[0];
  Status status = joinCsrTriples(bad);
  EXPECT_EQ(status.code(), Code::Data);
  EXPECT_NE(status.message().find("row 0"), std::string::npos);
}

void expectIndices(const std::string &file, InputSpec spec,
                   std::vector<uint64_t> limits, const char *error) {
  spec.limits = std::move(limits);
  Status status = make(fromNpy(file, "y"), {spec})->checkIndices(0);
  if (!error) {
    EXPECT_TRUE(status.ok()) << status.message();
    return;
  }
  EXPECT_EQ(status.code(), Code::Data);
  EXPECT_NE(status.message().find(error), std::string::npos)
      << status.message();
}

TEST(BatchReader, D10_LabelsInRange) {
  std::string file = npyOf("<i8", "(3,)", raw<int64_t>({0, 9, 10}));
  InputSpec y = dense("y", {3}, DataType::I32);
  expectIndices(file, y, {}, nullptr);
  expectIndices(file, y, {11}, nullptr);
  expectIndices(file, y, {10},
                "input \"y\": 10 in sample 2 is no index in [0, 10)");
  std::string negative = npyOf("<i4", "(2,)", raw<int32_t>({1, -1}));
  expectIndices(negative, dense("y", {2}, DataType::I64), {4},
                "-1 in sample 1");
}

TEST(BatchReader, D10_EachElementOfARowHasItsLimit) {
  std::string file = npyOf("<i4", "(2, 3)", raw<int32_t>({4, 90, 0, 5, 7, -3}));
  InputSpec y = dense("y", {2, 3}, DataType::I32);
  expectIndices(file, y, {6, 91, 0}, nullptr);
  expectIndices(file, y, {6, 90, 0}, "90 in sample 0 is no index in [0, 90)");
  expectIndices(file, y, {5, 91, 0}, "5 in sample 1 is no index in [0, 5)");
}

TEST(BatchReader, D10_FloatsThatAreTruncatedToIndices) {
  InputSpec y = dense("y", {3}, DataType::F32);
  expectIndices(npyOf("<f4", "(3,)", raw<float>({2.9f, -0.5f, 0})), y, {3},
                nullptr);
  expectIndices(npyOf("<f4", "(3,)", raw<float>({0, 3, 0})), y, {3},
                "3 in sample 1");
  expectIndices(npyOf("<f4", "(3,)", raw<float>({0, 0, NAN})), y, {3},
                "nan in sample 2");
}

TEST(BatchReader, D12_EmptyAndTooFew) {
  std::string file = npyOf("<f4", "(0, 3)", "");
  expectError(BatchReader::create(fromNpy(file, "x"), {dense("x", {2, 3})}),
              Code::Data, "no samples");
  expectError(trainingBatches(31, 32), Code::Data,
              "31 samples are fewer than one batch of 32");
  EXPECT_EQ(*trainingBatches(65, 32), 2);
}

TEST(BatchReader, ArraysMustAgreeOnRows) {
  Dataset data;
  std::string x = npyOf("<f4", "(2,)", raw<float>({1, 2}));
  std::string y = npyOf("<f4", "(1,)", raw<float>({1}));
  data.dense = {readNpy(bytesOf(x), "x")->dense[0],
                readNpy(bytesOf(y), "y")->dense[0]};
  expectError(BatchReader::create(std::make_shared<Dataset>(data),
                                  {dense("x", {1}), dense("y", {1})}),
              Code::Data, "has 1 rows, others have 2");
}

} // namespace
} // namespace sft::rt
