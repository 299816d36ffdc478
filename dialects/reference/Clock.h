//===- reference/Clock.h - Which virtual rank runs next ---------*- C++ -*-===//
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace sft::reference {

/// Simulated time: each rank has a tick from which on it can run. An op takes a
/// tick, so that ranks take turns; with a seed it takes up to kLongestDelay
/// more, and one rank may be far ahead of another.
class Clock {
public:
  static constexpr int64_t kLongestDelay = 127;

  Clock(size_t ranks, std::optional<uint64_t> seed)
      : ready(ranks, 0), seed(seed) {}

  int64_t getNow() const { return now; }
  /// The rank that can run first, the lowest of several; it becomes its time.
  /// None where no rank can run.
  std::optional<size_t> next();
  /// The rank has done an op.
  void advance(size_t rank) { ready[rank] = now + 1 + drawDelay(); }
  /// The rank cannot run until it is advanced.
  void stop(size_t rank) { ready[rank] = kNever; }

private:
  static constexpr int64_t kNever = INT64_MAX;
  int64_t drawDelay();

  std::vector<int64_t> ready;
  std::optional<uint64_t> seed;
  uint64_t drawn = 0;
  int64_t now = 0;
};

} // namespace sft::reference
