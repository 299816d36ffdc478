// Which of oneDNN's routines each kind of product takes.
#include "runtime/device/cpu/Routine.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace {

using namespace sft::rt;
using Sizes = std::vector<int64_t>;

/// A view of 64 zeros: what is chosen depends on no number.
struct View {
  Sizes dims, strides;
  DataType type = DataType::F32;

  MatrixView view() const {
    static float zeros[64];
    return {zeros, type, dims, strides};
  }
};

View rows(int64_t rows, int64_t columns, int64_t between = 0) {
  return {{rows, columns}, {columns + between, 1}};
}
View columns(int64_t rows, int64_t columns) {
  return {{rows, columns}, {1, rows}};
}

Routine chosen(const View &lhs, const View &rhs, const View &out,
               const std::optional<View> &bias = {},
               Activation activation = Activation::None, float alpha = 1) {
  ContractDesc desc{.lhs = lhs.view(),
                    .rhs = rhs.view(),
                    .out = out.view(),
                    .bias = {},
                    .activation = activation,
                    .alpha = alpha};
  if (bias) {
    desc.bias = bias->view();
  }
  return chooseRoutine(desc, blasProductOf(desc));
}

/// 256 x 512 x 256 are as many multiplications as make a product large.
const View x = rows(256, 512), w = rows(512, 256), y = rows(256, 256);

TEST(Routine, SmallProductsStayWithMatmul) {
  EXPECT_EQ(chosen(x, w, y), Routine::Sgemm);
  EXPECT_EQ(chosen(rows(256, 511), rows(511, 256), y), Routine::Matmul);
}

TEST(Routine, ATransposedLeftOperandGoesToSgemmIfTheResultIsWide) {
  auto withResult = [](int64_t m, int64_t n) {
    return chosen(columns(m, 16), rows(16, n), rows(m, n));
  };
  EXPECT_EQ(withResult(32, 32), Routine::Sgemm);
  EXPECT_EQ(withResult(31, 4096), Routine::Matmul);
  EXPECT_EQ(withResult(4096, 31), Routine::Matmul);
  EXPECT_EQ(chosen(columns(256, 512), columns(512, 256), y), Routine::Matmul);
}

TEST(Routine, ATransposedRightOperandIsCopiedForManyRows) {
  auto withRows = [](int64_t m, int64_t n) {
    return chosen(rows(m, 1024), columns(1024, n), rows(m, n));
  };
  EXPECT_EQ(withRows(1024, 64), Routine::SgemmOfCopy);
  EXPECT_EQ(withRows(1023, 64), Routine::Matmul);
  EXPECT_EQ(withRows(1024, 4096), Routine::SgemmOfCopy);
  EXPECT_EQ(withRows(1024, 4097), Routine::Matmul); // more than 16 MiB
}

TEST(Routine, BiasAndActivationGoToTheInnerProduct) {
  View bias{{256}, {1}};
  EXPECT_EQ(chosen(x, w, y, bias), Routine::InnerProduct);
  EXPECT_EQ(chosen(x, w, y, View{{1, 256}, {256, 1}}), Routine::InnerProduct);
  EXPECT_EQ(chosen(x, w, y, {}, Activation::Relu), Routine::InnerProduct);
}

TEST(Routine, TheInnerProductHasLimits) {
  View bias{{256}, {1}};
  EXPECT_EQ(chosen(x, w, y, bias, Activation::None, 2), Routine::Matmul);
  EXPECT_EQ(chosen(rows(256, 512, 1), w, y, bias), Routine::Matmul);
  EXPECT_EQ(chosen(x, columns(512, 256), y, bias), Routine::Matmul);
  EXPECT_EQ(chosen(x, w, y, View{{256, 1}, {1, 1}}), Routine::Matmul);
  EXPECT_EQ(chosen(x, rows(512, 2049), rows(256, 2049), View{{2049}, {1}}),
            Routine::Matmul);
  EXPECT_EQ(chosen(x, w, y, View{{1}, {1}}), Routine::Matmul);
  EXPECT_EQ(chosen(x, w, y, View{{256}, {2}}), Routine::Matmul);
  EXPECT_EQ(chosen(x, w, y, View{{256}, {1}, DataType::BF16}), Routine::Matmul);
  EXPECT_EQ(chosen(x, w, y, View{}), Routine::Matmul);
}

TEST(Routine, WhatBlasCannotSayStaysWithMatmul) {
  View batch{{2, 256, 512}, {256 * 512, 512, 1}};
  View batchOut{{2, 256, 256}, {256 * 256, 256, 1}};
  EXPECT_EQ(chosen(batch, w, batchOut), Routine::Matmul);
  EXPECT_EQ(chosen({{256, 512}, {0, 1}}, w, y), Routine::Matmul);
  EXPECT_EQ(chosen({{256, 512}, {1024, 2}}, w, y), Routine::Matmul);
  EXPECT_EQ(chosen(x, w, columns(256, 256)), Routine::Matmul);
  EXPECT_EQ(chosen({{256, 512}, {512, 1}, DataType::BF16}, w, y),
            Routine::Matmul);
}

TEST(Routine, ABatchOfOneIsAMatrix) {
  EXPECT_EQ(
      chosen({{1, 256, 512}, {0, 512, 1}}, w, {{1, 256, 256}, {0, 256, 1}}),
      Routine::Sgemm);
}

} // namespace
