//===- DamageTest.cpp - P06: damaged files with a hash that fits ----------===//
//
// Whatever the bytes are, the loader answers with a value. Run it under the
// asan preset: that is where a wrong access shows.
//
//===----------------------------------------------------------------------===//
#include "test/Runtime/Plan/Expect.h"

namespace sft::rt::test {
namespace {

using Image = std::vector<std::byte>;

struct DamageTest : ::testing::TestWithParam<int> {
  Image good = GetParam() == 0   ? dataParallelPlan(2).finish()
               : GetParam() == 1 ? pipelinePlan().finish()
                                 : shiftPlan().finish();

  /// Writes `value` at `offset`, seals and loads.
  template <typename Word> Status loadWith(size_t offset, Word value) {
    Image image = good;
    std::memcpy(image.data() + offset, &value, sizeof(value));
    sealPlan(image);
    return statusOf(std::move(image));
  }

  /// Puts boundary values in every aligned word of a size; an answer other
  /// than Ok is an error of the plan or of its version.
  template <typename Word> void sweep(const std::vector<Word> &values) {
    for (size_t at = 0; at + sizeof(Word) <= good.size(); at += sizeof(Word)) {
      for (Word value : values) {
        Code code = loadWith(at, value).code();
        ASSERT_TRUE(code == Code::Ok || code == Code::Data ||
                    code == Code::Config)
            << "offset " << at;
      }
    }
  }
};

TEST_P(DamageTest, P06_EveryByte) {
  sweep<uint8_t>({0x00, 0x01, 0x7f, 0x80, 0xff});
}

TEST_P(DamageTest, P06_EveryWord) {
  sweep<uint32_t>({0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff});
}

TEST_P(DamageTest, P06_EveryDoubleWord) {
  sweep<uint64_t>({0, uint64_t(1) << 31, uint64_t(1) << 40, INT64_MAX,
                   uint64_t(INT64_MIN), ~uint64_t(0)});
}

TEST_P(DamageTest, P03_TruncatedWithHeaderThatFits) {
  for (size_t size = sizeof(PlanHeader); size < good.size(); ++size) {
    Image image(good.begin(), good.begin() + int64_t(size));
    auto *header = reinterpret_cast<PlanHeader *>(image.data());
    header->fileBytes = size;
    header->planBytes =
        std::min(header->planBytes, size - std::min<size_t>(size, 128));
    sealPlan(image);
    // The last bytes may be a string's padding, which nothing misses.
    bool onlyPadding = size + 4 > good.size();
    ASSERT_TRUE(statusOf(std::move(image)).code() == Code::Data || onlyPadding)
        << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, DamageTest, ::testing::Values(0, 1, 2));

} // namespace
} // namespace sft::rt::test
