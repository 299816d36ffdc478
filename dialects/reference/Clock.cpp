#include "dialects/reference/Clock.h"

#include "dialects/reference/Philox.h"

#include <algorithm>

namespace sft::reference {

std::optional<size_t> Clock::next() {
  auto first = std::min_element(ready.begin(), ready.end());
  if (*first == kNever) {
    return std::nullopt;
  }
  now = *first;
  return size_t(first - ready.begin());
}

/// Most delays are short and some long: each power of two is as likely.
int64_t Clock::drawDelay() {
  static_assert(kLongestDelay == (1 << 7) - 1);
  if (!seed) {
    return 0;
  }
  auto bits = philox4x32({uint32_t(drawn), uint32_t(drawn >> 32), 0, 0},
                         {uint32_t(*seed), uint32_t(*seed >> 32)});
  ++drawn;
  return bits[0] % (uint32_t(1) << bits[1] % 8);
}

} // namespace sft::reference
