//===- StepRing.h - From the step loop to those who watch it ----*- C++ -*-===//
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

namespace sft::rt {

/// Loss and metrics that a record has room for.
inline constexpr size_t kMaxScalars = 8;

/// A finished step, or a finished epoch with what Evaluate said.
struct StepRecord {
  enum class Kind : uint8_t { Step, Epoch } kind = Kind::Step;
  bool skipped = false; ///< the guard held back its update
  bool evaluated = false;
  uint64_t step = 0, epoch = 0;
  uint64_t nanoseconds = 0; ///< that the step or epoch took
  /// Loss first, then metrics. Epoch: those of Evaluate, if `evaluated`.
  std::array<double, kMaxScalars> values{};
  double meanLoss = 0; ///< Epoch: of its training steps
};

/// One writer, one reader. A full ring makes the writer yield: no record is
/// lost, and a reader that wakes 20 times a second never lets it fill up.
class StepRing {
public:
  void push(const StepRecord &record) {
    uint64_t at = written.load(std::memory_order_relaxed);
    while (at - read.load(std::memory_order_acquire) >= kCapacity) {
      std::this_thread::yield();
    }
    records[at % kCapacity] = record;
    written.store(at + 1, std::memory_order_release);
  }

  bool pop(StepRecord &record) {
    uint64_t at = read.load(std::memory_order_relaxed);
    if (at == written.load(std::memory_order_acquire)) {
      return false;
    }
    record = records[at % kCapacity];
    read.store(at + 1, std::memory_order_release);
    return true;
  }

private:
  static constexpr size_t kCapacity = size_t(1) << 14;
  std::unique_ptr<StepRecord[]> records{new StepRecord[kCapacity]};
  alignas(64) std::atomic<uint64_t> written{0};
  alignas(64) std::atomic<uint64_t> read{0};
};

} // namespace sft::rt
