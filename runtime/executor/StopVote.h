//===- StopVote.h - All ranks stop after the same step ----------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt {

/// A signal reaches ranks at different steps, or only one of them. So now and
/// then, at steps on which all agree, they vote: any wish to stop stops all.
/// The distance between votes follows the measured time, about ten a second,
/// so that their cost vanishes in short steps.
class StopVote {
public:
  explicit StopVote(uint64_t firstStep) : next(firstStep + 1) {}

  /// To be asked after every step, with the number of steps done; the same on
  /// all ranks. Collective when a vote is due.
  Expected<bool> stopAfter(uint64_t steps, bool wish, Communicator &world);

private:
  uint64_t next;
  uint64_t distance = 1;
  std::chrono::steady_clock::time_point last = std::chrono::steady_clock::now();
};

} // namespace sft::rt
