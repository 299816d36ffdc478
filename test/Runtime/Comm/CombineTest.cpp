// The adding loops against the serial computation, at every alignment.
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
      Bytes want = reduceSerially(inputs, type, ReduceKind::Sum);
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
