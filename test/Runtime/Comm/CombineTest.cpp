// The adding loops against a plain tree, at every alignment.
#include "Reference.h"

#include "runtime/comm/Combine.h"
#include "runtime/comm/Operation.h"

#include <gtest/gtest.h>

namespace sft::rt::test {
namespace {

TEST(Combine, OddLengthsAndSkips) {
  for (DataType type : {DataType::F32, DataType::BF16, DataType::I8}) {
    for (size_t count : {0, 1, 7, 63, 1023, 1025, 5000}) {
      auto inputs = makeInputs(3, count + 5, type);
      Bytes want = reduceInTree(inputs, type, ReduceKind::Sum);
      const std::byte *in[] = {inputs[0].data(), inputs[1].data(),
                               inputs[2].data()};
      size_t skip = 5 * sizeOf(type);
      Bytes out(count * sizeOf(type));
      combine(out.data(), in, skip, count, type, ReduceKind::Sum);
      EXPECT_TRUE(
          std::equal(out.begin(), out.end(), want.begin() + ptrdiff_t(skip)));
    }
  }
}

TEST(Combine, AnyNumberOfInputs) {
  for (int members = 1; members <= 17; ++members) {
    auto inputs = makeInputs(members, 1500, DataType::F32);
    std::vector<const std::byte *> in;
    for (const Bytes &input : inputs) {
      in.push_back(input.data());
    }
    Bytes out(inputs[0].size());
    combine(out.data(), in, 0, 1500, DataType::F32, ReduceKind::Sum);
    EXPECT_EQ(out, reduceInTree(inputs, DataType::F32, ReduceKind::Sum))
        << members;
  }
}

/// Members that add up two, four or eight neighbours first change nothing.
TEST(Combine, SumsOfNeighboursAreBranches) {
  auto inputs = makeInputs(8, 1500, DataType::F32);
  Bytes want = reduceInTree(inputs, DataType::F32, ReduceKind::Sum);
  while (inputs.size() > 1) {
    std::vector<Bytes> sums;
    for (size_t m = 0; m < inputs.size(); m += 2) {
      const std::byte *in[] = {inputs[m].data(), inputs[m + 1].data()};
      sums.emplace_back(inputs[m].size());
      combine(sums.back().data(), in, 0, 1500, DataType::F32, ReduceKind::Sum);
    }
    inputs = sums;
    EXPECT_EQ(reduceInTree(inputs, DataType::F32, ReduceKind::Sum), want);
  }
}

TEST(Combine, Bf16RoundsOnce) {
  // 256 + 1 + 1: each sum alone would round back to 256.
  uint16_t big = 0x4380, one = 0x3f80, out = 0;
  auto at = [](uint16_t &x) { return reinterpret_cast<std::byte *>(&x); };
  const std::byte *in[] = {at(big), at(one), at(one)};
  combine(at(out), in, 0, 1, DataType::BF16, ReduceKind::Sum);
  EXPECT_EQ(out, 0x4381);
}

TEST(Slices, CoverWithoutOverlap) {
  for (size_t count : {0, 1, 63, 64, 65, 1000, 4096}) {
    for (int parts : {1, 2, 3, 7}) {
      size_t next = 0;
      for (int i = 0; i < parts; ++i) {
        Range slice = sliceOf(count, parts, i);
        EXPECT_EQ(slice.begin, next);
        EXPECT_TRUE(slice.end == count || slice.end % 64 == 0);
        next = slice.end;
      }
      EXPECT_EQ(next, count);
    }
  }
}

} // namespace
} // namespace sft::rt::test
