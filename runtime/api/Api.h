//===- Api.h - Behind the handles of sft.h ----------------------*- C++ -*-===//
#pragma once

#include "runtime/api/sft.h"
#include "runtime/executor/TrainLoop.h"

#include <deque>
#include <new>
#include <set>

struct sft_error {
  sft::rt::Status status;
  std::string message; ///< escaped
  /// A job that could not be opened: it ends, and under MPI the process with
  /// it, when the error has been reported and is freed.
  std::unique_ptr<sft::rt::Job> job;
};

struct sft_plan {
  std::shared_ptr<const sft::rt::PlanFile> file;
  std::string digest, mesh;
  std::deque<std::string> names;
  std::deque<std::vector<int64_t>> dims;
  std::vector<sft_tensor_info> tensors;
};

struct sft_session {
  std::unique_ptr<sft::rt::Job> job;
  uint64_t step = 0; ///< of sft_session_step
  /// Of the texts that are read, once the parameters or a text have told it.
  std::string vocabulary;
  std::vector<std::unique_ptr<sft::rt::CallerBatches>> batches;
  std::vector<sft::rt::CallerInput> inputs; ///< in the plan's order
  std::set<std::string> opened;             ///< paths of data files
  std::deque<std::string> nameStorage;
  std::deque<std::vector<const char *>> nameLists;

  /// The names as C strings that live as long as the session.
  const char *const *keep(const std::vector<std::string> &names);
  /// openDataset; its warnings go to the log, once a file and job. Texts are
  /// numbered as the first one was.
  sft::rt::Expected<std::shared_ptr<const sft::rt::Dataset>>
  open(const std::string &path);
};

namespace sft::rt {

/// Null where ok.
sft_error *toError(Status status);

/// Runs `body`, which returns a Status; no exception leaves.
template <typename Body> sft_error *guarded(Body body) noexcept {
  try {
    return toError(body());
  } catch (const std::bad_alloc &) {
    return toError(Status::error(Code::Resources, 351, "out of memory"));
  } catch (const std::exception &error) {
    return toError(Status::error(Code::Internal, 352, error.what()));
  }
}

} // namespace sft::rt
