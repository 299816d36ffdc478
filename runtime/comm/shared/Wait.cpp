#include "runtime/comm/shared/Wait.h"

#include "runtime/base/Relax.h"

#include <sched.h>
#include <thread>

namespace sft::rt {

namespace {

/// Some tens of microseconds: the length of a small kernel.
constexpr uint32_t spins = 2000;
constexpr uint32_t spinsWhenCrowded = 20;
/// Yields between two looks at the clock.
constexpr uint32_t yields = 16;
constexpr auto napAfter = std::chrono::milliseconds(20);
constexpr auto nap = std::chrono::microseconds(50);
constexpr auto stoppedAfter = std::chrono::seconds(1);

} // namespace

WaitResult Pauses::pause() {
  uint32_t turn = turns++;
  uint32_t spinTurns = limits.crowded ? spinsWhenCrowded : spins;
  if (turn < spinTurns) {
    relax();
    return WaitResult::Done;
  }
  if (last - start > napAfter) {
    std::this_thread::sleep_for(nap);
    return look();
  }
  sched_yield();
  return (turn - spinTurns) % yields == 0 ? look() : WaitResult::Done;
}

WaitResult Pauses::look() {
  if (limits.aborted->load(std::memory_order_acquire) != 0) {
    return WaitResult::Aborted;
  }
  Clock::time_point now = Clock::now();
  if (start == Clock::time_point{}) {
    start = last = now;
  }
  if (now - last > stoppedAfter) {
    start += now - last;
  }
  last = now;
  std::chrono::milliseconds timeout(
      limits.timeoutMs.load(std::memory_order_relaxed));
  return now - start > timeout ? WaitResult::Deadline : WaitResult::Done;
}

} // namespace sft::rt
