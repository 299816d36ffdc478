//===- MpiWorld.h - MPI_COMM_WORLD under a deadline -------------*- C++ -*-===//
#pragma once

#include "runtime/comm/mpi/MpiLibrary.h"
#include "runtime/comm/shared/Wait.h"

#include <memory>
#include <span>
#include <vector>

namespace sft::rt {

/// A message under way, with a rank of the job.
struct Pending {
  MPI_Request request;
  int rank;
  bool done = false;
};

/// The ranks of the job, and messages between them. No call waits for longer
/// than the limits of `limits` allow.
class MpiWorld {
public:
  /// Opens and initialises MPI.
  static Expected<std::shared_ptr<MpiWorld>> open();

  int rank() const { return self; }
  int size() const { return ranks; }

  /// Starts a message and appends it to `pending`; longer ones go in parts.
  /// Nothing to send is no message.
  Status send(const void *data, size_t bytes, int rank, int tag,
              std::vector<Pending> &pending);
  Status receive(void *data, size_t bytes, int rank, int tag,
                 std::vector<Pending> &pending);
  /// Waits for all of `pending`. `result` is Done or why that failed; then
  /// `done` tells which of them did complete.
  Status wait(std::vector<Pending> &pending, const WaitLimits &limits,
              WaitResult &result);
  /// Gathers `bytes` from every rank into `all`, ordered by rank.
  Status exchange(const void *mine, void *all, size_t bytes,
                  const WaitLimits &limits);

  /// True after a failed wait: messages are under way that nobody takes back,
  /// so that MPI can only be aborted.
  bool broken() const { return hasFailed; }
  /// Memory for messages. It lives as long as the world, since a message that
  /// was given up may still arrive.
  std::byte *allocate(size_t bytes);

  Status finalize();
  [[noreturn]] void abort(int code);

private:
  explicit MpiWorld(MpiLibrary library) : mpi(library) {}
  Status initialize();
  Status checkLauncher() const;
  Status testAll(std::vector<Pending> &pending, bool &all);

  MpiLibrary mpi;
  int self = 0, ranks = 1;
  bool ours = false; ///< initialised here, so finalised here
  bool hasFailed = false;
  std::vector<std::unique_ptr<std::byte[]>> memory;
};

} // namespace sft::rt
