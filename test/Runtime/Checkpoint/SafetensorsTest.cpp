#include "runtime/checkpoint/Safetensors.h"
#include "runtime/base/File.h"
#include "test/Runtime/Data/Testing.h"
#include "test/Runtime/TemporaryFolder.h"

#include <cmath>

namespace sft::rt {
namespace {

std::string file(const std::string &header, size_t dataBytes = 0) {
  return le(uint64_t(header.size())) + header + std::string(dataBytes, '\1');
}

Expected<Dataset> read(const std::string &bytes) {
  return readSafetensors(bytesOf(bytes));
}

std::string entry(const std::string &name, const std::string &dtype,
                  const std::string &shape, const std::string &offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

void rejected(const std::string &bytes, const char *part) {
  expectError(read(bytes), Code::Data, part);
}

TEST(Safetensors, S01_HeaderLength) {
  rejected("1234567", "shorter than its 8-byte header length");
  for (uint64_t length : {uint64_t(0), uint64_t(1), uint64_t(20)}) {
    rejected(le(length) + "{}", "does not fit the file");
  }
  for (uint64_t length :
       {uint64_t(100'000'001), uint64_t(1) << 63, ~uint64_t(0)}) {
    rejected(le(length) + "{}", "too large");
  }
}

TEST(Safetensors, S02_HeaderMustBeAJsonObject) {
  rejected(file(" {}"), "must begin with {");
  rejected(file("[1]"), "must begin with {");
  rejected(file("{,}"), "not JSON");
  rejected(file("{\"\xff\":1}"), "not JSON");
  rejected(file("{} {}"), "not JSON");
  EXPECT_TRUE(read(file("{}      ")).ok());
}

TEST(Safetensors, S03_Duplicates) {
  std::string a = entry("a", "U8", "[1]", "[0,1]");
  rejected(file("{" + a + "," + entry("a", "U8", "[1]", "[1,2]") + "}", 2),
           "tensor \"a\" is there twice");
  rejected(file("{\"__metadata__\":{},\"__metadata__\":{}}"),
           "__metadata__ is there twice");
  rejected(file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"), "twice");
  rejected(file("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],"
                "\"data_offsets\":[0,1]}}",
                1),
           "dtype is there twice");
}

TEST(Safetensors, S04_MetadataMustBeStrings) {
  for (const char *value : {"1", "null", "true", "1.5", "-1"}) {
    rejected(file(std::string("{\"__metadata__\":{\"k\":") + value + "}}"),
             "is not a string");
  }
  rejected(file("{\"__metadata__\":{\"k\":{}}}"), "unexpected object");
  rejected(file("{\"__metadata__\":{\"k\":[]}}"), "unexpected array");
  rejected(file("{\"__metadata__\":\"k\"}"), "string");
}

TEST(Safetensors, S05_Fields) {
  rejected(file("{" + entry("a", "f32", "[1]", "[0,4]") + "}", 4),
           "dtype \"f32\" is not supported");
  rejected(file("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1), "missing");
  std::string extra = "{\"a\":{\"x\":[{\"y\":[1,null]}],\"dtype\":\"U8\","
                      "\"z\":\"s\",\"shape\":[1],\"data_offsets\":[0,1]}}";
  auto data = read(file(extra, 1));
  ASSERT_TRUE(data.ok()) << data.status().message();
  ASSERT_EQ(data->warnings.size(), 1u);
  EXPECT_NE(data->warnings[0].find("unknown field \"x\""), std::string::npos);
}

TEST(Safetensors, S06_Offsets) {
  for (const char *offsets :
       {"[1,0]", "[-1,0]", "[0.0,1.0]", "[\"0\",\"1\"]", "[0,1,2]", "[0]",
        "[0,9223372036854775808]", "[0,99999999999999999999999]", "7",
        "[[0,1]]", "{}"}) {
    auto data = read(file("{" + entry("a", "U8", "[1]", offsets) + "}", 1));
    EXPECT_FALSE(data.ok()) << offsets;
  }
}

TEST(Safetensors, S07_OverlapHoleAndEnds) {
  std::string a = entry("a", "U8", "[2]", "[0,2]");
  rejected(file("{" + a + "," + entry("b", "U8", "[2]", "[1,3]") + "}", 4),
           "overlaps");
  rejected(file("{" + a + "," + entry("b", "U8", "[1]", "[3,4]") + "}", 4),
           "belong to none");
  rejected(file("{" + entry("a", "U8", "[1]", "[1,2]") + "}", 2),
           "belong to none");
  rejected(file("{" + a + "}", 3), "belong to no tensor");
}

TEST(Safetensors, S08_Shapes) {
  rejected(file("{" + entry("a", "F32", "[2]", "[0,4]") + "}", 4),
           "do not match");
  rejected(
      file("{" + entry("a", "U8", "[4294967296,4294967296]", "[0,0]") + "}"),
      "do not match");
  std::string ones = "[1";
  for (int i = 0; i < 64; ++i) {
    ones += ",1";
  }
  rejected(file("{" + entry("a", "U8", ones + "]", "[0,1]") + "}", 1),
           "shape is too large");
}

TEST(Safetensors, S09_EmptyAndScalarAreFine) {
  auto data = read(file("{" + entry("a", "F32", "[0,3]", "[0,0]") + "," +
                            entry("b", "U8", "[]", "[0,1]") + "}",
                        1));
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(data->findDense("a")->dims, (std::vector<int64_t>{0, 3}));
  EXPECT_TRUE(data->findDense("b")->dims.empty());
}

TEST(Safetensors, S10_ManyTensorsOnOneRange) {
  std::string header = "{";
  for (int i = 0; i < 100'000; ++i) {
    header +=
        (i ? "," : "") + entry("t" + std::to_string(i), "U8", "[8]", "[0,8]");
  }
  rejected(file(header + "}", 8), "\"t1\": overlaps");
}

TEST(Safetensors, S11_Nesting) {
  std::string deep = "{\"a\":{\"x\":" + std::string(100'000, '[');
  rejected(file(deep), "nested deeper than 32");
}

TEST(Safetensors, S12_TypesOutsideTheSubset) {
  for (const char *dtype : {"F8_E4M3", "F4", "C64"}) {
    rejected(file("{" + entry("a", dtype, "[1]", "[0,1]") + "}", 1), dtype);
  }
  EXPECT_TRUE(
      read(file("{" + entry("a", "BF16", "[1]", "[0,2]") + "}", 2)).ok());
}

TEST(Safetensors, S13_NanIsData) {
  std::string nan =
      file("{" + entry("a", "F32", "[1]", "[0,4]") + "}") + le(std::nanf(""));
  auto data = read(nan);
  ASSERT_TRUE(data.ok());
  EXPECT_TRUE(std::isnan(at<float>(data->dense[0], 0)));
}

TEST(Safetensors, S17_Pickle) {
  rejected("PK\3\4 archive", "pickle is not supported");
  rejected("\x80\x02}q\x01.", "pickle is not supported");
}

class SafetensorsWriter : public testing::Test {
protected:
  TemporaryFolder folder;
  std::string path = folder / "m.safetensors";
  float weights[2] = {1.5f, -2.0f};
  int64_t steps[1] = {7};

  Status write() {
    std::vector<TensorRef> tensors = {
        {"w", DataType::F32, {2, 1}, weights},
        {"steps", DataType::I64, {}, steps},
        {"empty", DataType::F32, {0, 3}, nullptr}};
    return writeSafetensors(path, tensors, {{"made", "by \"us\""}});
  }
};

TEST_F(SafetensorsWriter, RoundTrip) {
  ASSERT_TRUE(write().ok());
  std::map<std::string, std::string> metadata;
  std::string bytes = readFile(path);
  auto data = readSafetensors(bytesOf(bytes), &metadata);
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(at<float>(*data->findDense("w"), 1), -2.0f);
  EXPECT_EQ(at<int64_t>(*data->findDense("steps"), 0), 7);
  EXPECT_EQ(data->findDense("empty")->dims, (std::vector<int64_t>{0, 3}));
  EXPECT_EQ(metadata.at("made"), "by \"us\"");
}

TEST_F(SafetensorsWriter, PythonReadsIt) {
  ASSERT_TRUE(write().ok());
  std::string out = folder / "out.txt";
  std::string command = "python3 " SFT_READER " '" + path + "' > '" + out + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(readFile(out), "empty F32 [0, 3]\n"
                           "steps I64 [] 7\n"
                           "w F32 [2, 1] 1.5 -2.0\n"
                           "metadata {'made': 'by \"us\"'}\n");
}

TEST_F(SafetensorsWriter, DuplicateNamesAreRefused) {
  std::vector<TensorRef> twice(2, {"w", DataType::F32, {2}, weights});
  EXPECT_EQ(writeSafetensors(path, twice, {}).code(), Code::Internal);
  EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace sft::rt
