//===- PhiloxTest.cpp - Known answers of Philox4x32-10 --------------------===//
//
// The three vectors that Random123 publishes (kat_vectors, philox4x32 10).
//
//===----------------------------------------------------------------------===//
#include "dialects/reference/Philox.h"

#include <gtest/gtest.h>

using sft::reference::philox4x32;
using Words = std::array<uint32_t, 4>;

TEST(Philox, ZeroCounterAndKey) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Philox, AllBitsSet) {
  constexpr uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Philox, DigitsOfPi) {
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}
