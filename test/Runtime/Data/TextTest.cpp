// libsvm and CSV.
#include "test/Runtime/Data/Testing.h"

#include <clocale>

namespace sft::rt {
namespace {

Expected<Dataset> svm(const std::string &text) {
  return readLibsvm(bytesOf(text));
}
Expected<Dataset> csv(const std::string &text) {
  return readCsv(bytesOf(text));
}

TEST(Libsvm, D06_AcceptsCommentsQidCrlf) {
  auto data = svm("# head\r\n+1 qid:3 1:0.5 4:2 # tail\r\n\r\n-1 2:1e-2\n0");
  ASSERT_TRUE(data.ok()) << data.status().message();
  const CsrArray &x = *data->findSparse("x");
  EXPECT_EQ(x.rowOffsets, (std::vector<int64_t>{0, 2, 3, 3}));
  EXPECT_EQ(x.columnIndices, (std::vector<int32_t>{0, 3, 1}));
  EXPECT_EQ(x.values, (std::vector<float>{0.5f, 2.0f, 1e-2f}));
  EXPECT_EQ(x.columns, 4);
  EXPECT_EQ(at<float>(*data->findDense("label"), 1), -1.0f);
}

TEST(Libsvm, D06_RejectsWithLineNumber) {
  expectError(svm("1 1:1\n1 0:1\n"), Code::Data, "line 2: indices start at 1");
  expectError(svm("1 3:1 2:1\n"), Code::Data, "line 1: indices must ascend");
  expectError(svm("1 3:1 3:1\n"), Code::Data, "line 1: indices must ascend");
  expectError(svm("\n1 1:\n"), Code::Data, "line 2: the value");
  expectError(svm("1 :1\n"), Code::Data, "expected index:value");
  expectError(svm("1 1:1e400\n"), Code::Data, "finite");
  expectError(svm("1 1:nan\n"), Code::Data, "finite");
  expectError(svm("1 99999999999:1\n"), Code::Data, "expected index:value");
  expectError(svm("1 1:1x\n"), Code::Data, "value");
  expectError(svm("a 1:1\n"), Code::Data, "label");
  expectError(svm("1 qid:x 1:1\n"), Code::Data, "qid");
}

TEST(Libsvm, ReadsNumbersExactly) {
  auto data = svm("12345678 1:1234567 2:16777217 3:1e-50 4:.5 5:-0.1");
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(data->sparse[0].values,
            (std::vector<float>{1234567.0f, 16777216.0f, 0.0f, 0.5f, -0.1f}));
  EXPECT_EQ(at<float>(data->dense[0], 0), 12345678.0f);
}

TEST(Libsvm, D12_Empty) {
  expectError(svm(""), Code::Data, "no samples");
  expectError(svm("# nothing\n"), Code::Data, "no samples");
}

TEST(Csv, ReadsColumns) {
  auto data = csv("\xEF\xBB\xBF"
                  "a, \"b \"\"q\"\"\" ,c\r\n1,2,\"3\"\r\n\r\n4,5e-1, 6 ");
  ASSERT_TRUE(data.ok()) << data.status().message();
  ASSERT_EQ(data->dense.size(), 3u);
  EXPECT_EQ(data->dense[1].name, "b \"q\"");
  EXPECT_EQ(at<float>(*data->findDense("a"), 1), 4);
  EXPECT_EQ(at<float>(data->dense[1], 1), 0.5f);
  EXPECT_EQ(at<float>(*data->findDense("c"), 0), 3);
}

TEST(Csv, D07_RaggedAndQuotes) {
  expectError(csv("a,b\n1,2\n3\n"), Code::Data, "line 3: 1 cells");
  expectError(csv("a,b\n1,2,3\n"), Code::Data, "line 2: 3 cells");
  expectError(csv("a,b\n1,\"2\n"), Code::Data, "line 2: quote is not closed");
  expectError(csv("a,b\n1,\"2\"x\n"), Code::Data, "behind a closing quote");
}

TEST(Csv, D07_UnusableColumns) {
  auto data = csv("a,b,c,d\n1,NaN,,x\n2,1,1,1\n");
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->dense.size(), 1u);
  ASSERT_EQ(data->unusable.size(), 3u);
  EXPECT_EQ(data->unusable[0].reason, "line 2: \"NaN\" is not a finite number");
  EXPECT_EQ(data->unusable[1].reason, "line 2: empty cell");
  EXPECT_EQ(data->unusable[2].reason, "line 2: \"x\" is not a finite number");
}

TEST(Csv, D07_Header) {
  expectError(csv("1,2\n3,4\n"), Code::Data, "must name the columns");
  expectError(csv("a,a\n3,4\n"), Code::Data, "twice");
  expectError(csv("a,\n3,4\n"), Code::Data, "no name");
}

TEST(Csv, D07_LocaleDoesNotMatter) {
  const char *comma = std::setlocale(LC_ALL, "de_DE.UTF-8"); // may be missing
  auto data = csv("a\n1.5\n");
  std::setlocale(LC_ALL, "C");
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(at<float>(data->dense[0], 0), 1.5f) << (comma ? comma : "C");
}

TEST(Csv, D07_LongLine) {
  std::string text = "a\n" + std::string(8 << 20, ' ') + "7\n";
  auto data = csv(text);
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(at<float>(data->dense[0], 0), 7);
}

TEST(Csv, D12_Empty) {
  expectError(csv(""), Code::Data, "empty");
  expectError(csv("a,b\n"), Code::Data, "no row");
}

} // namespace
} // namespace sft::rt
