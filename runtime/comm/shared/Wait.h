//===- Wait.h - Waiting for another rank, never for ever --------*- C++ -*-===//
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sft::rt {

enum class WaitResult { Done, Deadline, Aborted };

/// What bounds the waits of one rank. Shared by its transport and groups.
struct WaitLimits {
  /// Longest time a wait may take; may be set from another thread.
  std::atomic<int64_t> timeoutMs{60'000};
  /// More ranks than processors: spinning would keep the awaited one out.
  bool crowded = false;
  /// Not zero: some rank has given up.
  const std::atomic<uint32_t> *aborted = nullptr;
};

/// The pauses of one wait: spins, then yields, then naps; looks at the clock
/// and at the abort flag only now and then. Time in which this process was
/// stopped itself (a debugger, Ctrl-Z) does not count.
class Pauses {
public:
  explicit Pauses(const WaitLimits &limits) : limits(limits) {}

  /// Pauses once. Done: look again and come back. Anything else: give up.
  WaitResult pause();

private:
  using Clock = std::chrono::steady_clock;
  WaitResult look();

  const WaitLimits &limits;
  uint32_t turns = 0;
  Clock::time_point start{}, last{};
};

/// Waits until ready() is true.
template <typename Ready>
WaitResult waitUntil(const WaitLimits &limits, Ready ready) {
  if (ready()) {
    return WaitResult::Done;
  }
  Pauses pauses(limits);
  do {
    if (WaitResult result = pauses.pause(); result != WaitResult::Done) {
      return result;
    }
  } while (!ready());
  return WaitResult::Done;
}

} // namespace sft::rt
