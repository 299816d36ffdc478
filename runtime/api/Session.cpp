#include "runtime/api/Api.h"

#include "runtime/base/Log.h"
#include "runtime/comm/mpi/Launcher.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace sft::rt;

namespace {

JobOptions translate(const sft_session_options &options) {
  JobOptions out;
  out.transport = TransportKind(options.transport);
  out.rank.threads = std::max(options.threads, 1);
  out.rank.seed = options.seed;
  if (!std::isnan(options.learning_rate)) {
    out.rank.learningRate = options.learning_rate;
  }
  out.rank.onNan = OnNan(options.on_nan);
  out.rank.timeout = std::chrono::milliseconds(int64_t(options.timeout * 1e3));
  out.rank.trace = options.trace != 0;
  out.rank.commThread = CommThread(options.comm_thread);
  return out;
}

Status usage(std::string message) {
  return Status::error(Code::Usage, 350, std::move(message));
}

/// Before any rank begins, so that the session outlives a bad batch.
Status checkGiven(sft_session &session, sft::fb::EntryKind entry) {
  Rank &rank = session.job->rank(0);
  for (size_t i = 0; i < rank.inputs().size(); ++i) {
    const void *data = session.inputs[i].data;
    if (data && rank.program().loads(entry, i)) {
      const InputSpec &spec = rank.inputs()[i];
      SFT_RETURN_IF_ERROR(checkIndices(spec, data, spec.globalShape[0], 0));
    }
  }
  return {};
}

/// Puts the caller's inputs into the plan's order and checks them for a run of
/// `entry`. A prediction needs not all of them.
Status arrange(sft_session &session, const sft_input *inputs, size_t count,
               sft::fb::EntryKind entry) {
  bool needed = entry != sft::fb::EntryKind::Predict;
  const std::vector<InputSpec> &specs = session.job->rank(0).inputs();
  session.inputs.assign(specs.size(), {});
  for (size_t i = 0; i < count; ++i) {
    auto spec = std::find_if(specs.begin(), specs.end(), [&](const auto &s) {
      return s.name == inputs[i].name;
    });
    if (spec == specs.end()) {
      return usage(format("the plan has no input \"%s\"", inputs[i].name));
    }
    if (spec->csr && !(inputs[i].row_offsets && inputs[i].column_indices)) {
      return usage(format("input \"%s\" is sparse: give row_offsets and "
                          "column_indices",
                          inputs[i].name));
    }
    session.inputs[size_t(spec - specs.begin())] = {
        inputs[i].data, inputs[i].row_offsets, inputs[i].column_indices};
  }
  for (size_t i = 0; needed && i < specs.size(); ++i) {
    if (!session.inputs[i].data) {
      return usage("input \"" + specs[i].name + "\" is not given");
    }
  }
  return checkGiven(session, entry);
}

/// Runs an entry on the caller's batch on every rank.
Status runBatch(sft_session &session, sft::fb::EntryKind kind) {
  return session.job->run([&](Rank &rank, size_t local) -> Status {
    CallerBatches &batches = *session.batches[local];
    SFT_RETURN_IF_ERROR(batches.select(session.inputs));
    return rank.run(kind, batches);
  });
}

Expected<GlobalTensor> findParameter(sft_session &session, const char *name,
                                     size_t bytes) {
  for (GlobalTensor &tensor :
       globalTensors(session.job->planFile().plan(), false)) {
    if (tensor.name != name) {
      continue;
    }
    size_t expected = sizeOf(tensor.type);
    for (int64_t dim : tensor.dims) {
      expected *= size_t(dim);
    }
    if (expected != bytes) {
      return usage(format("parameter \"%s\" has %zu bytes, not %zu", name,
                          expected, bytes));
    }
    return std::move(tensor);
  }
  return usage(format("the plan has no parameter \"%s\"", name));
}

} // namespace

const char *const *sft_session::keep(const std::vector<std::string> &names) {
  auto &list = nameLists.emplace_back();
  for (const std::string &name : names) {
    list.push_back(nameStorage.emplace_back(name).c_str());
  }
  return list.data();
}

Expected<std::shared_ptr<const Dataset>>
sft_session::open(const std::string &path) {
  SFT_ASSIGN_OR_RETURN(std::shared_ptr<const Dataset> file,
                       openDataset(path, {.vocabulary = vocabulary}));
  if (!file->vocabulary.empty()) {
    vocabulary = file->vocabulary;
  }
  if (job->firstRank() == 0 && opened.insert(path).second) {
    for (const std::string &warning : file->warnings) {
      logWarning(225, path + ": " + warning);
    }
  }
  return file;
}

int sft_launch_rank(void) {
  auto launched = launchedAs();
  return launched.ok() && *launched ? (*launched)->rank : 0;
}

void sft_session_options_init(sft_session_options *options) {
  *options = {.size = sizeof *options,
              .transport = SFT_TRANSPORT_AUTO,
              .threads = 1,
              .seed = 0,
              .learning_rate = NAN,
              .on_nan = SFT_ON_NAN_ABORT,
              .timeout = 300,
              .trace = 0,
              .comm_thread = SFT_COMM_THREAD_AUTO};
}

sft_error *sft_session_create(const sft_plan *plan,
                              const sft_session_options *options,
                              sft_session **session) {
  std::unique_ptr<Job> job;
  sft_error *error = guarded([&]() -> Status {
    sft_session_options chosen;
    sft_session_options_init(&chosen);
    if (options) {
      std::memcpy(&chosen, options, std::min(options->size, sizeof chosen));
    }
    job = std::make_unique<Job>(plan->file, translate(chosen));
    SFT_RETURN_IF_ERROR(job->open());
    auto created = std::make_unique<sft_session>();
    for (size_t i = 0; i < job->localRanks(); ++i) {
      created->batches.push_back(
          std::make_unique<CallerBatches>(job->rank(i).inputs()));
    }
    created->job = std::move(job);
    *session = created.release();
    return {};
  });
  if (error) {
    error->job = std::move(job);
  }
  return error;
}

void sft_session_free(sft_session *session) { delete session; }

int sft_session_is_main(const sft_session *session) {
  return session->job->firstRank() == 0;
}

const char *sft_session_transport_name(const sft_session *session) {
  return session->job->rank(0).getTransport().name();
}

sft_error *sft_session_initialize(sft_session *session) {
  return guarded([&] {
    return session->job->run(
        [](Rank &rank, size_t) { return rank.initialize(); });
  });
}

sft_error *sft_session_load(sft_session *session, const char *path) {
  return guarded([&]() -> Status {
    SFT_ASSIGN_OR_RETURN(std::shared_ptr<const Dataset> file,
                         session->open(path));
    auto tensors = globalTensors(session->job->planFile().plan(), false);
    SFT_RETURN_IF_ERROR(session->job->run([&](Rank &rank, size_t) {
      return loadParameters(*file, tensors, rank.tensors(false));
    }));
    std::string unknown = unknownTensors(*file, tensors);
    if (session->job->firstRank() == 0 && !unknown.empty()) {
      logWarning(315, format("%s: ignored, as the model has no such parameter: "
                             "%s",
                             path, unknown.c_str()));
    }
    return {};
  });
}

sft_error *sft_session_save(sft_session *session, const char *path) {
  return guarded([&] {
    const PlanFile &file = session->job->planFile();
    auto tensors = globalTensors(file.plan(), false);
    std::map<std::string, std::string> metadata{
        {"model", file.plan().model()->str()}, {"plan", file.digest()}};
    if (!session->vocabulary.empty()) {
      metadata["vocabulary"] = hexOf(session->vocabulary);
    }
    return session->job->run([&](Rank &rank, size_t) {
      return saveParameters(path, tensors, rank.tensors(false), rank.world(),
                            metadata);
    });
  });
}

sft_error *sft_session_read_parameter(sft_session *session, const char *name,
                                      void *data, size_t bytes) {
  return guarded([&]() -> Status {
    SFT_ASSIGN_OR_RETURN(GlobalTensor tensor,
                         findParameter(*session, name, bytes));
    return session->job->run([&](Rank &rank, size_t) -> Status {
      std::vector<std::byte> global;
      SFT_RETURN_IF_ERROR(
          gatherTensor(tensor, rank.tensors(false), rank.world(), global));
      if (rank.index() == 0) {
        std::memcpy(data, global.data(), bytes);
      }
      return {};
    });
  });
}

sft_error *sft_session_write_parameter(sft_session *session, const char *name,
                                       const void *data, size_t bytes) {
  return guarded([&]() -> Status {
    SFT_ASSIGN_OR_RETURN(GlobalTensor tensor,
                         findParameter(*session, name, bytes));
    return session->job->run([&](Rank &rank, size_t) -> Status {
      for (const TensorSlice &slice : rank.tensors(false)) {
        if (slice.name == tensor.name) {
          takeSlice(slice, data);
        }
      }
      return {};
    });
  });
}

sft_error *sft_session_step(sft_session *session, const sft_input *inputs,
                            size_t count, sft_step_result *result) {
  return guarded([&]() -> Status {
    SFT_RETURN_IF_ERROR(
        arrange(*session, inputs, count, sft::fb::EntryKind::Gradients));
    bool skipped = false;
    SFT_RETURN_IF_ERROR(
        session->job->run([&](Rank &rank, size_t local) -> Status {
          CallerBatches &batches = *session->batches[local];
          SFT_RETURN_IF_ERROR(batches.select(session->inputs));
          SFT_ASSIGN_OR_RETURN(Rank::StepResult applied,
                               rank.step(batches, session->step));
          if (local == 0) {
            skipped = applied == Rank::StepResult::Skipped;
          }
          return {};
        }));
    ++session->step;
    if (result) {
      ScalarOutputs scalars(session->job->rank(0).program(),
                            sft::fb::EntryKind::Gradients);
      *result = {.loss = scalars.read()[0], .skipped = skipped};
    }
    return {};
  });
}

sft_error *sft_session_evaluate(sft_session *session, const sft_input *inputs,
                                size_t count) {
  return guarded([&]() -> Status {
    SFT_RETURN_IF_ERROR(
        arrange(*session, inputs, count, sft::fb::EntryKind::Evaluate));
    return runBatch(*session, sft::fb::EntryKind::Evaluate);
  });
}

sft_error *sft_session_predict(sft_session *session, const sft_input *inputs,
                               size_t count) {
  return guarded([&]() -> Status {
    SFT_RETURN_IF_ERROR(
        arrange(*session, inputs, count, sft::fb::EntryKind::Predict));
    return runBatch(*session, sft::fb::EntryKind::Predict);
  });
}

sft_error *sft_session_read_output(sft_session *session, const char *name,
                                   void *data, size_t bytes) {
  return guarded([&]() -> Status {
    for (const OutputValue &value : session->job->rank(0).program().outputs()) {
      if (value.output->name()->str() != name) {
        continue;
      }
      if (value.data.size() != bytes) {
        return usage(format("output \"%s\" has %zu bytes, not %zu", name,
                            value.data.size(), bytes));
      }
      std::memcpy(data, value.data.data(), bytes);
      return {};
    }
    return usage(format("the plan has no output \"%s\"", name));
  });
}

void sft_session_request_stop(sft_session *session) {
  session->job->requestStop();
}
