#include "test/Runtime/Data/Testing.h"

namespace sft::rt {
namespace {

Expected<Dataset> read(const std::string &file) {
  return readNpy(bytesOf(file), "x");
}

TEST(Npy, ReadsMatrix) {
  std::string file = npyOf("<f4", "(2, 2)", raw<float>({1, 2, 3, 4}));
  auto data = read(file);
  ASSERT_TRUE(data.ok()) << data.status().message();
  const DenseArray &x = *data->findDense("x");
  EXPECT_EQ(x.dims, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(at<float>(x, 3), 4);
}

TEST(Npy, ReadsScalarAndVersionTwo) {
  std::string header = "{'descr': '<i4', 'fortran_order': False, 'shape': ()}";
  std::string file = "\x93NUMPY" + std::string("\2\0", 2) +
                     le(uint32_t(header.size())) + header + le(int32_t(7));
  auto data = read(file);
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(at<int32_t>(data->dense[0], 0), 7);
  EXPECT_TRUE(data->dense[0].dims.empty());
}

TEST(Npy, WidensSmallTypes) {
  std::string u8 = npyOf("|u1", "(2,)", raw<uint8_t>({255, 3}));
  auto data = read(u8);
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->dense[0].type, DataType::I32);
  EXPECT_EQ(at<int32_t>(data->dense[0], 0), 255);
  std::string f16 =
      npyOf("<f2", "(4,)", raw<uint16_t>({0x3C00, 0xC100, 0x0001, 0x7C00}));
  data = read(f16);
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(at<float>(data->dense[0], 0), 1.0f);
  EXPECT_EQ(at<float>(data->dense[0], 1), -2.5f);
  EXPECT_EQ(at<float>(data->dense[0], 2), 0x1p-24f);
  EXPECT_TRUE(std::isinf(at<float>(data->dense[0], 3)));
  expectError(read(npyOf("<u8", "(1,)", raw<uint64_t>({~uint64_t(0)}))),
              Code::Data, "does not fit i64");
}

TEST(Npy, D01_MalformedHeader) {
  expectError(read("\x93NUMPX\1"), Code::Data, "not a NumPy array");
  expectError(read("\x93NUMPY\4" + std::string("\0\0\0", 3)), Code::Data,
              "version 4.0");
  expectError(read(npy("[1, 2]", "")), Code::Data, "not a dictionary");
  expectError(read(npy("{'descr': '<f4'}", "")), Code::Data, "lacks");
  expectError(read(npy("{'descr': '<f4', 'descr': '<f4', "
                       "'fortran_order': False, 'shape': ()}",
                       "")),
              Code::Data, "not a dictionary");
  expectError(read("\x93NUMPY" + std::string("\2\0", 2) + "\xff\xff\xff\xff"),
              Code::Data, "longer than the file");
}

TEST(Npy, D02_ObjectsAndStrings) {
  expectError(read(npyOf("|O", "(1,)", "")), Code::Data,
              "object arrays are not supported");
  expectError(read(npyOf("<U4", "(1,)", "")), Code::Data, "\"<U4\"");
  expectError(read(npy("{'descr': [('a', '<f4')], 'fortran_order': False, "
                       "'shape': (1,)}",
                       "")),
              Code::Data, "not supported");
}

TEST(Npy, D03_BigEndianAndFortran) {
  auto big = read(npyOf(">i4", "(2,)", std::string("\0\0\0\1\0\0\1\0", 8)));
  ASSERT_TRUE(big.ok());
  EXPECT_EQ(at<int32_t>(big->dense[0], 0), 1);
  EXPECT_EQ(at<int32_t>(big->dense[0], 1), 256);
  // Element (i, j, k) = 100 i + 10 j + k, first index fastest.
  auto fortran =
      read(npyOf("<i4", "(2, 2, 2)",
                 raw<int32_t>({0, 100, 10, 110, 1, 101, 11, 111}), true));
  ASSERT_TRUE(fortran.ok());
  int32_t expected[] = {0, 1, 10, 11, 100, 101, 110, 111};
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(at<int32_t>(fortran->dense[0], i), expected[i]);
  }
}

TEST(Npy, D04_ShapeAndSize) {
  expectError(read(npyOf("<f4", "(4294967296, 4294967296)", "")), Code::Data,
              "overflows");
  expectError(read(npyOf("<f4", "(0, 4611686018427387904, 4)", "")), Code::Data,
              "overflows");
  expectError(read(npyOf("<f4", "(2,)", le(1.0f))), Code::Data, "needs 8");
  expectError(read(npyOf("<f4", "(1,)", raw<float>({1, 2}))), Code::Data,
              "needs 4");
  EXPECT_TRUE(read(npyOf("<f4", "(0, 3)", "")).ok());
}

} // namespace
} // namespace sft::rt
