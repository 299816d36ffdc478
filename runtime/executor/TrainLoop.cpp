#include "runtime/executor/TrainLoop.h"

#include "runtime/base/Log.h"
#include "runtime/executor/StopVote.h"
#include "runtime/plan/Mesh.h"

namespace sft::rt {
namespace {

using Clock = std::chrono::steady_clock;

uint64_t nanosecondsSince(Clock::time_point begin) {
  return uint64_t(std::chrono::nanoseconds(Clock::now() - begin).count());
}

/// One rank's training.
class Trainer {
public:
  /// `ring` on the main rank only.
  Trainer(Job &job, Rank &rank, size_t local, const TrainOptions &options,
          StepRing *ring)
      : job(job), rank(rank), local(local), options(options), ring(ring),
        scalars(rank.program(), fb::EntryKind::Gradients) {}

  Status run() {
    SFT_RETURN_IF_ERROR(open());
    StopVote vote(result.state.step);
    while (!atLimit()) {
      SFT_RETURN_IF_ERROR(runEpoch(vote));
      if (result.stopped) {
        break;
      }
    }
    return finish();
  }

  TrainResult result;

private:
  Status open();
  Status runEpoch(StopVote &vote);
  Status finishEpoch(Clock::time_point begin, double lossSum, uint64_t steps);
  Status runStep();
  Status checkpoint();
  Status finish();

  bool atLimit() const {
    const RunState &state = result.state;
    return (options.steps && state.step >= options.steps) ||
           (options.epochs && state.epoch >= options.epochs);
  }

  Job &job;
  Rank &rank;
  size_t local;
  const TrainOptions &options;
  StepRing *ring;
  ScalarOutputs scalars;
  std::unique_ptr<FileBatches> batches, evaluation;
  std::unique_ptr<Checkpointer> checkpointer;
  uint64_t batchesPerEpoch = 0;
  uint64_t savedStep = UINT64_MAX;
  Clock::time_point last;
};

Status Trainer::open() {
  SFT_ASSIGN_OR_RETURN(
      batches, openBatches(options.data, rank, fb::EntryKind::Gradients));
  if (options.evaluation) {
    SFT_ASSIGN_OR_RETURN(evaluation, openBatches(options.evaluation, rank,
                                                 fb::EntryKind::Evaluate));
  }
  int64_t size = rank.planFile().plan().batch();
  batchesPerEpoch = uint64_t(batches->rows() / size);
  if (!batchesPerEpoch) {
    return Status::error(
        Code::Config, 314,
        format("%s has %lld rows, the plan takes batches of %lld",
               options.data->path.c_str(), (long long)batches->rows(),
               (long long)size));
  }
  result.state.seed = rank.getOptions().seed;
  result.state.shuffle = options.shuffle;
  CheckpointIdentity identity = identityOf(rank.planFile());
  if (!options.checkpointDirectory.empty()) {
    SFT_ASSIGN_OR_RETURN(
        checkpointer,
        Checkpointer::open({.directory = options.checkpointDirectory}, identity,
                           rank.world()));
  }
  if (!options.resumeDirectory.empty()) {
    SFT_ASSIGN_OR_RETURN(result.state,
                         resume(options.resumeDirectory, identity,
                                rank.tensors(true), rank.world()));
    rank.setSeed(result.state.seed);
    // Another directory still lacks this state.
    if (options.checkpointDirectory == options.resumeDirectory) {
      savedStep = result.state.step;
    }
  }
  return {};
}

Status Trainer::runEpoch(StopVote &vote) {
  RunState &state = result.state;
  std::optional<Shuffle> shuffle;
  if (state.shuffle) {
    shuffle.emplace(uint64_t(batches->rows()), state.seed, state.epoch);
  }
  Clock::time_point begin = last = Clock::now();
  double lossSum = 0;
  uint64_t steps = 0;
  while (state.batch < batchesPerEpoch && !atLimit() && !result.stopped) {
    batches->select(int64_t(state.batch), shuffle ? &*shuffle : nullptr);
    SFT_RETURN_IF_ERROR(runStep());
    lossSum += result.loss;
    ++steps;
    if (checkpointer && options.checkpointEvery &&
        state.step % options.checkpointEvery == 0) {
      SFT_RETURN_IF_ERROR(checkpoint());
    }
    SFT_ASSIGN_OR_RETURN(
        result.stopped,
        vote.stopAfter(state.step, job.stopRequested(), rank.world()));
  }
  if (state.batch < batchesPerEpoch) {
    return {};
  }
  state.batch = 0;
  ++state.epoch;
  return finishEpoch(begin, lossSum, steps);
}

Status Trainer::runStep() {
  RunState &state = result.state;
  SFT_ASSIGN_OR_RETURN(Rank::StepResult applied,
                       rank.step(*batches, state.step));
  ++state.step;
  ++state.batch;
  ++result.steps;
  StepRecord record{.step = state.step, .epoch = state.epoch};
  record.values = scalars.read();
  result.loss = record.values[0];
  record.skipped = applied == Rank::StepResult::Skipped;
  result.skipped += record.skipped;
  if (ring) {
    Clock::time_point now = Clock::now();
    record.nanoseconds = uint64_t(std::chrono::nanoseconds(now - last).count());
    last = now;
    ring->push(record);
  }
  return {};
}

Status Trainer::finishEpoch(Clock::time_point begin, double lossSum,
                            uint64_t steps) {
  StepRecord record{.kind = StepRecord::Kind::Epoch,
                    .step = result.state.step,
                    .epoch = result.state.epoch};
  record.meanLoss = lossSum / double(steps);
  record.nanoseconds = nanosecondsSince(begin);
  if (evaluation) {
    SFT_ASSIGN_OR_RETURN(record.values, evaluate(rank, *evaluation));
    record.evaluated = result.evaluated = true;
    result.evaluation = record.values;
  }
  if (ring) {
    ring->push(record);
  }
  return {};
}

Status Trainer::checkpoint() {
  job.disarm(local); // the communicator has its own deadline for this
  Status status = checkpointer->save(result.state, rank.tensors(true));
  job.arm(local);
  if (status.ok()) {
    savedStep = result.state.step;
    return {};
  }
  if (options.checkpointErrorsFatal || status.code() == Code::PeerLost) {
    return status;
  }
  if (ring) {
    logWarning(332, status.message() +
                        "; training goes on, the next interval tries again");
  }
  return {};
}

Status Trainer::finish() {
  if (checkpointer && savedStep != result.state.step) {
    return checkpoint();
  }
  return {};
}

} // namespace

CheckpointIdentity identityOf(const PlanFile &file) {
  CheckpointIdentity identity;
  identity.planDigest = file.digest();
  identity.modelFingerprint = file.plan().model_fingerprint();
  identity.ranks = int(file.plan().rank_program()->size());
  identity.mesh = meshText(file.plan());
  return identity;
}

Expected<TrainResult> train(Job &job, const TrainOptions &options) {
  bool main = job.firstRank() == 0;
  MetricNames names{
      ScalarOutputs(job.rank(0).program(), fb::EntryKind::Gradients).names(),
      ScalarOutputs(job.rank(0).program(), fb::EntryKind::Evaluate).names()};
  std::unique_ptr<MetricsFile> metrics;
  if (main && !options.metricsPath.empty()) {
    SFT_ASSIGN_OR_RETURN(metrics,
                         MetricsFile::open(options.metricsPath, names,
                                           job.planFile().plan().batch()));
  }
  StepRing ring;
  TrainResult result;
  Status status;
  {
    Reporter reporter(ring, [&](std::span<const StepRecord> records) {
      if (metrics) {
        metrics->write(records);
      }
      if (options.listener) {
        options.listener(records);
      }
    });
    status = job.run([&](Rank &rank, size_t local) -> Status {
      Trainer trainer(job, rank, local, options,
                      rank.index() == 0 ? &ring : nullptr);
      SFT_RETURN_IF_ERROR(trainer.run());
      if (local == 0) {
        result = trainer.result;
      }
      return {};
    });
  }
  SFT_RETURN_IF_ERROR(std::move(status));
  result.names = std::move(names);
  return result;
}

} // namespace sft::rt
