//===- ProgressLine.h - What a person sees while it trains ------*- C++ -*-===//
#pragma once

#include "runtime/api/sft.h"

#include <chrono>
#include <string>

/// Writes to standard error: on a terminal one line that is redrawn at most ten
/// times a second, else a plain line for each epoch, at most one a second.
class ProgressLine {
public:
  /// `epochs`, `steps`: the run's limits, 0: none.
  ProgressLine(int64_t batch, uint64_t epochs, uint64_t steps);

  /// For sft_train_options: `user` is the ProgressLine.
  static void onProgress(void *user, const sft_progress *records, size_t count);
  /// Ends the redrawn line.
  void finish();

private:
  using Clock = std::chrono::steady_clock;

  void take(const sft_progress &record);
  void show(bool force);
  std::string text(double seconds);
  double remainingSeconds(double stepsPerSecond) const;

  const int64_t batch;
  const uint64_t epochs, steps;
  const bool terminal;
  sft_progress last{}; ///< the newest step
  std::string results; ///< of the newest evaluation
  Clock::time_point shown = Clock::now();
  uint64_t shownStep = 0;
  bool started = false, epochEnded = false, drawn = false;
};
