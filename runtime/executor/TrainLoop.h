//===- TrainLoop.h - Epochs, steps, checkpoints -----------------*- C++ -*-===//
#pragma once

#include "runtime/executor/Evaluate.h"
#include "runtime/executor/Job.h"
#include "runtime/executor/Metrics.h"

namespace sft::rt {

struct TrainOptions {
  std::shared_ptr<const Dataset> data;
  std::shared_ptr<const Dataset> evaluation; ///< after each epoch; may be null
  /// Limits, counted over the whole run, what was resumed included; 0: none.
  uint64_t epochs = 0, steps = 0;
  bool shuffle = true;
  std::string checkpointDirectory; ///< empty: none
  uint64_t checkpointEvery = 0;    ///< steps; 0: at the end only
  bool checkpointErrorsFatal = false;
  std::string resumeDirectory; ///< empty: parameters as they are
  std::string metricsPath;     ///< empty: none
  StepListener listener;       ///< from another thread; may be null
};

struct TrainResult {
  RunState state;
  uint64_t steps = 0; ///< done here, not before a resume
  double loss = 0;    ///< of the last of these
  uint64_t skipped = 0;
  bool stopped = false;   ///< by a request, before the limits
  bool evaluated = false; ///< `evaluation` is of the last epoch
  MetricNames names;
  std::array<double, kMaxScalars> evaluation{};
};

/// Trains on all ranks. Step t of an epoch takes rows [t*B, (t+1)*B) of the
/// (shuffled) order; a last batch that is not full is left out of training.
/// Config (78, SFT0314) where the data has fewer rows than one batch.
Expected<TrainResult> train(Job &job, const TrainOptions &options);

/// What must agree between a plan and a checkpoint.
CheckpointIdentity identityOf(const PlanFile &file);

} // namespace sft::rt
