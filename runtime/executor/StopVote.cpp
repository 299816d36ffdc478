#include "runtime/executor/StopVote.h"

#include <algorithm>

namespace sft::rt {

Expected<bool> StopVote::stopAfter(uint64_t steps, bool wish,
                                   Communicator &world) {
  if (steps < next) {
    return false;
  }
  constexpr int64_t kShort = 50'000'000, kLong = 200'000'000; // ns
  auto now = std::chrono::steady_clock::now();
  int64_t ballot[2] = {wish, std::chrono::nanoseconds(now - last).count()};
  last = now;
  SFT_RETURN_IF_ERROR(
      world.allReduce(ballot, ballot, 2, DataType::I64, ReduceKind::Max));
  if (ballot[1] < kShort) {
    distance = std::min<uint64_t>(distance * 2, uint64_t(1) << 20);
  } else if (ballot[1] > kLong) {
    distance = std::max<uint64_t>(distance / 2, 1);
  }
  next = steps + distance;
  return ballot[0] != 0;
}

} // namespace sft::rt
