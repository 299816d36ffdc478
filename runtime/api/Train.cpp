#include "runtime/api/Api.h"

#include "runtime/data/NpzWriter.h"

#include <algorithm>
#include <cstring>

using namespace sft::rt;

namespace {

static_assert(SFT_MAX_METRICS == kMaxScalars);

std::string text(const char *path) { return path ? path : ""; }

Expected<TrainOptions> translate(sft_session &session,
                                 const sft_train_options &options) {
  TrainOptions out;
  if (!options.data) {
    return Status::error(Code::Usage, 350, "training needs a data file");
  }
  SFT_ASSIGN_OR_RETURN(out.data, session.open(options.data));
  if (options.evaluation) {
    SFT_ASSIGN_OR_RETURN(out.evaluation, session.open(options.evaluation));
  }
  out.epochs = options.epochs || options.steps ? options.epochs : 1;
  out.steps = options.steps;
  out.shuffle = options.shuffle != 0;
  out.checkpointDirectory = text(options.checkpoint);
  out.checkpointEvery = options.checkpoint_every;
  out.checkpointErrorsFatal = options.checkpoint_errors_fatal != 0;
  out.resumeDirectory = text(options.resume);
  out.metricsPath = text(options.metrics);
  return out;
}

/// Turns records into what the caller's function takes.
StepListener listen(sft_session &session, const sft_train_options &options,
                    uint64_t batches) {
  if (!options.on_progress) {
    return {};
  }
  auto names = [&](sft::fb::EntryKind kind) {
    return ScalarOutputs(session.job->rank(0).program(), kind).names();
  };
  auto step = names(sft::fb::EntryKind::Gradients);
  auto evaluate = names(sft::fb::EntryKind::Evaluate);
  return [=, stepNames = session.keep(step),
          evaluateNames = session.keep(evaluate), call = options.on_progress,
          user = options.user](std::span<const StepRecord> records) {
    std::vector<sft_progress> out;
    for (const StepRecord &record : records) {
      bool epoch = record.kind == StepRecord::Kind::Epoch;
      sft_progress &to = out.emplace_back(
          sft_progress{.is_epoch = epoch,
                       .evaluated = record.evaluated,
                       .skipped = record.skipped,
                       .step = record.step,
                       .epoch = record.epoch,
                       .batches = batches,
                       .seconds = double(record.nanoseconds) * 1e-9,
                       .mean_loss = record.meanLoss,
                       .count = epoch ? evaluate.size() : step.size(),
                       .names = epoch ? evaluateNames : stepNames,
                       .values = {}});
      std::copy(record.values.begin(), record.values.end(), to.values);
    }
    call(user, out.data(), out.size());
  };
}

std::string withRank(std::string path, int rank) {
  size_t dot = path.find_last_of("./");
  size_t at = dot == std::string::npos || path[dot] == '/' ? path.size() : dot;
  return path.insert(at, format(".rank%d", rank));
}

} // namespace

void sft_train_options_init(sft_train_options *options) {
  *options = {};
  options->size = sizeof *options;
  options->shuffle = 1;
}

sft_error *sft_session_train(sft_session *session,
                             const sft_train_options *options,
                             sft_train_result *result) {
  return guarded([&]() -> Status {
    sft_train_options chosen;
    sft_train_options_init(&chosen);
    std::memcpy(&chosen, options, std::min(options->size, sizeof chosen));
    SFT_ASSIGN_OR_RETURN(TrainOptions translated, translate(*session, chosen));
    SFT_ASSIGN_OR_RETURN(std::unique_ptr<FileBatches> batches,
                         openBatches(translated.data, session->job->rank(0),
                                     sft::fb::EntryKind::Gradients));
    translated.listener = listen(
        *session, chosen,
        uint64_t(batches->rows() / session->job->planFile().plan().batch()));
    SFT_ASSIGN_OR_RETURN(TrainResult trained, train(*session->job, translated));
    session->step = trained.state.step;
    *result = {.step = trained.state.step,
               .epoch = trained.state.epoch,
               .skipped = trained.skipped,
               .stopped = trained.stopped,
               .trained = trained.steps,
               .loss = trained.loss,
               .evaluated = trained.evaluated,
               .count = trained.names.evaluate.size(),
               .names = session->keep(trained.names.evaluate),
               .values = {}};
    std::copy(trained.evaluation.begin(), trained.evaluation.end(),
              result->values);
    return {};
  });
}

sft_error *sft_session_evaluate_file(sft_session *session, const char *data,
                                     sft_train_result *result) {
  return guarded([&]() -> Status {
    SFT_ASSIGN_OR_RETURN(std::shared_ptr<const Dataset> file,
                         session->open(data));
    std::array<double, kMaxScalars> values{};
    SFT_RETURN_IF_ERROR(session->job->run([&](Rank &rank,
                                              size_t local) -> Status {
      SFT_ASSIGN_OR_RETURN(
          auto batches, openBatches(file, rank, sft::fb::EntryKind::Evaluate));
      SFT_ASSIGN_OR_RETURN(auto mean, evaluate(rank, *batches));
      if (local == 0) {
        values = mean;
      }
      return {};
    }));
    auto names = ScalarOutputs(session->job->rank(0).program(),
                               sft::fb::EntryKind::Evaluate)
                     .names();
    *result = {};
    result->evaluated = 1;
    result->count = names.size();
    result->names = session->keep(names);
    std::copy(values.begin(), values.end(), result->values);
    return {};
  });
}

sft_error *sft_session_predict_file(sft_session *session, const char *data,
                                    const char *npz) {
  return guarded([&]() -> Status {
    SFT_ASSIGN_OR_RETURN(std::shared_ptr<const Dataset> file,
                         session->open(data));
    return session->job->run([&](Rank &rank, size_t) -> Status {
      SFT_ASSIGN_OR_RETURN(
          auto batches, openBatches(file, rank, sft::fb::EntryKind::Predict));
      SFT_ASSIGN_OR_RETURN(std::vector<Prediction> predictions,
                           predict(rank, *batches));
      if (rank.index() != 0) {
        return {};
      }
      std::vector<TensorRef> tensors;
      for (const Prediction &prediction : predictions) {
        tensors.push_back({prediction.name, prediction.type, prediction.dims,
                           prediction.data.data()});
      }
      return writeNpz(npz, tensors);
    });
  });
}

sft_error *sft_session_write_trace(sft_session *session, const char *path) {
  return guarded([&]() -> Status {
    Job &job = *session->job;
    std::vector<const TraceLane *> lanes;
    for (size_t i = 0; i < job.localRanks(); ++i) {
      for (const auto &lane : job.rank(i).trace()) {
        lanes.push_back(lane.get());
      }
    }
    bool alone = job.localRanks() ==
                 size_t(job.planFile().plan().rank_program()->size());
    return writeTrace(alone ? path : withRank(path, job.firstRank()),
                      job.planFile().plan(), lanes);
  });
}
