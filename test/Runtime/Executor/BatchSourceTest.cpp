#include "runtime/executor/BatchSource.h"

#include <gtest/gtest.h>

namespace sft::rt {
namespace {

/// Two rows of a batch of three, from `firstRow` on.
InputSpec partOf(int64_t firstRow) {
  InputSpec spec;
  spec.name = "x";
  spec.globalShape = {3, 2};
  spec.firstRow = firstRow;
  spec.rows = 2;
  return spec;
}

TEST(CallerBatches, ZerosStandBehindTheBatch) {
  const float batch[] = {1, 2, 3, 4, 5, 6};
  CallerInput inputs[] = {{.data = batch}};
  auto load = [&](int64_t firstRow) {
    CallerBatches source({partOf(firstRow)});
    EXPECT_TRUE(source.select(inputs).ok());
    std::vector<float> rows(4, -1);
    void *buffers[] = {rows.data()};
    source.load(0, buffers);
    return rows;
  };
  EXPECT_EQ(load(0), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(load(2), (std::vector<float>{5, 6, 0, 0}));
  EXPECT_EQ(load(4), std::vector<float>(4));
}

TEST(CallerBatches, EmptyRowsStandBehindTheBatch) {
  const float values[] = {1, 2, 3};
  const int64_t offsets[] = {0, 1, 1, 3};
  const int32_t columns[] = {0, 0, 1};
  CallerInput inputs[] = {{values, offsets, columns}};
  auto load = [&](int64_t firstRow) {
    InputSpec spec = partOf(firstRow);
    spec.csr = true;
    spec.capacity = 2;
    CallerBatches source({spec});
    EXPECT_TRUE(source.select(inputs).ok());
    std::vector<int32_t> begins(3, -1), at(2);
    std::vector<float> entries(2);
    void *buffers[] = {begins.data(), at.data(), entries.data()};
    source.load(0, buffers);
    return std::pair(begins, entries);
  };
  using Begins = std::vector<int32_t>;
  EXPECT_EQ(load(2), std::pair(Begins{0, 2, 2}, std::vector<float>{2, 3}));
  EXPECT_EQ(load(4).first, (Begins{0, 0, 0}));
}

} // namespace
} // namespace sft::rt
