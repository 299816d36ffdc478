//===- EventBoard.h - Events between the threads of one rank ----*- C++ -*-===//
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

namespace sft::rt {

/// Where the threads of a rank that run its streams say how far they are. An
/// event is the number of the run in which it was recorded last: nothing is
/// ever reset, so that nobody can be late for it.
///
/// A wait looks at no clock. Who is to record the event computes (the watchdog
/// looks at that), or communicates (which has its deadline), or has failed,
/// which ends the wait.
class EventBoard {
public:
  /// `hasCores`: both threads run at the same time, so that a short wait may
  /// spin.
  EventBoard(size_t events, bool hasCores)
      : spins(hasCores ? kSpins : kFewSpins),
        recorded(std::make_unique<std::atomic<uint64_t>[]>(events)) {}

  /// Begins a run: all events are open. No other thread may be at work.
  void begin() {
    ++run;
    failed.store(false, std::memory_order_relaxed);
  }
  void record(uint32_t event) {
    recorded[event].store(run);
    wakeAll();
  }
  /// False where the other thread has failed.
  bool wait(uint32_t event);
  /// Ends all waits of this run.
  void fail() {
    failed.store(true);
    wakeAll();
  }

private:
  /// Some tens of microseconds: the length of a small kernel.
  static constexpr int kSpins = 2000, kFewSpins = 20;

  bool isOver(uint32_t event) const {
    return recorded[event].load() == run || failed.load();
  }
  void wakeAll();

  const int spins;
  uint64_t run = 0;
  std::unique_ptr<std::atomic<uint64_t>[]> recorded; ///< by event: the run
  std::atomic<bool> failed{false};
  std::atomic<uint32_t> sleepers{0};
  std::mutex mutex;
  std::condition_variable wake;
};

} // namespace sft::rt
