#include "runtime/data/Dataset.h"

#include <numeric>

#include <gtest/gtest.h>

namespace sft::rt {
namespace {

std::vector<uint64_t> order(uint64_t rows, uint64_t seed, uint64_t epoch) {
  Shuffle shuffle(rows, seed, epoch);
  std::vector<uint64_t> out;
  for (uint64_t i = 0; i < rows; ++i) {
    out.push_back(shuffle(i));
  }
  return out;
}

TEST(Shuffle, IsAPermutation) {
  for (uint64_t rows :
       {1,  2,  3,   4,   5,   7,   8,    9,    16,   17,   63,
        64, 65, 100, 255, 256, 257, 1000, 1025, 4096, 4097, 10007}) {
    for (uint64_t seed : {0, 1, 42}) {
      std::vector<bool> seen(rows);
      for (uint64_t row : order(rows, seed, seed + 1)) {
        ASSERT_LT(row, rows);
        ASSERT_FALSE(seen[row]) << rows;
        seen[row] = true;
      }
    }
  }
}

TEST(Shuffle, MapsManyAsOneByOne) {
  for (uint64_t rows : {1u, 2u, 7u, 506u}) {
    Shuffle shuffle(rows, 5, 2);
    std::vector<int64_t> mapped(rows);
    std::iota(mapped.begin(), mapped.end(), 0);
    shuffle.map(mapped);
    for (uint64_t i = 0; i < rows; ++i) {
      EXPECT_EQ(uint64_t(mapped[i]), shuffle(i)) << i << " of " << rows;
    }
  }
}

TEST(Shuffle, LargeDomainStaysInside) {
  uint64_t rows = (uint64_t(1) << 62) + 1;
  Shuffle shuffle(rows, 3, 4);
  for (uint64_t i = 0; i < 100; ++i) {
    EXPECT_LT(shuffle(rows - 1 - i), rows);
  }
}

TEST(Shuffle, DiffersByEpochAndSeed) {
  EXPECT_NE(order(100, 1, 0), order(100, 1, 1));
  EXPECT_NE(order(100, 1, 0), order(100, 2, 0));
  EXPECT_EQ(order(100, 1, 0), order(100, 1, 0));
}

/// Chi-squared over (place, row) in an 8 x 8 grid, summed over 200 epochs:
/// 49 degrees of freedom; 100 is about five deviations away.
TEST(Shuffle, LooksUniform) {
  for (uint64_t rows : {64, 1000}) {
    double counts[8][8] = {};
    for (uint64_t epoch = 0; epoch < 200; ++epoch) {
      std::vector<uint64_t> rowAt = order(rows, 7, epoch);
      for (uint64_t i = 0; i < rows; ++i) {
        ++counts[i * 8 / rows][rowAt[i] * 8 / rows];
      }
    }
    double expected = double(rows) * 200 / 64, chi = 0;
    for (auto &line : counts) {
      for (double count : line) {
        chi += (count - expected) * (count - expected) / expected;
      }
    }
    EXPECT_LT(chi, 100) << rows;
  }
}

/// A random permutation keeps one row in place and one pair of neighbours
/// together, on average and whatever its length.
TEST(Shuffle, SeparatesNeighbours) {
  for (uint64_t rows : {5, 10, 100, 1000}) {
    double kept = 0, together = 0;
    constexpr int kEpochs = 1000;
    for (uint64_t epoch = 0; epoch < kEpochs; ++epoch) {
      std::vector<uint64_t> rowAt = order(rows, 3, epoch);
      for (uint64_t i = 0; i < rows; ++i) {
        kept += rowAt[i] == i;
        together += i > 0 && rowAt[i] == rowAt[i - 1] + 1;
      }
    }
    EXPECT_NEAR(kept / kEpochs, 1.0, 0.2) << rows;
    EXPECT_NEAR(together / kEpochs, double(rows - 1) / double(rows), 0.2)
        << rows;
  }
}

/// Part of a run's definition: a change breaks every resumed run.
TEST(Shuffle, GoldenValues) {
  EXPECT_EQ(order(10, 42, 0),
            (std::vector<uint64_t>{7, 6, 9, 3, 1, 0, 4, 5, 8, 2}));
  EXPECT_EQ(order(10, 42, 1),
            (std::vector<uint64_t>{9, 2, 4, 6, 3, 1, 7, 5, 0, 8}));
}

} // namespace
} // namespace sft::rt
