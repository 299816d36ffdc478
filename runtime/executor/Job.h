//===- Job.h - All ranks of a plan that run in this process -----*- C++ -*-===//
//
// With the threads transport that is every rank; under MPI it is one. The C
// API's session is a Job.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor/CrashReport.h"
#include "runtime/executor/RankThreads.h"
#include "runtime/executor/Watchdog.h"

namespace sft::rt {

enum class TransportKind : uint8_t {
  Auto, ///< mpi under an MPI launcher, else threads
  Threads,
  Mpi,
};

struct JobOptions {
  RankOptions rank;
  TransportKind transport = TransportKind::Auto;
};

class Job {
public:
  Job(std::shared_ptr<const PlanFile> file, const JobOptions &options)
      : file(std::move(file)), options(options), modules(*this->file) {}
  /// Makes the transports and prepares every local rank; to be called once,
  /// first. Config (78, SFT0303) where the plan's and the launcher's number of
  /// ranks differ; Resources (71, SFT0313) where the arenas exceed this
  /// process's memory limit. After a failure the job can only be destroyed,
  /// which should wait until the reason has been reported: see ~Job.
  Status open();
  /// Aborts the peers' waits if anything has failed; under MPI that ends this
  /// process with the failure's code.
  ~Job();

  using Task = std::function<Status(Rank &rank, size_t local)>;
  /// Runs the task on every local rank under the watchdog. The first failure
  /// that is not a mere echo of a peer's; peers' waits end with it.
  Status run(const Task &task);

  const PlanFile &planFile() const { return *file; }
  const JobOptions &getOptions() const { return options; }
  size_t localRanks() const { return transports.size(); }
  Rank &rank(size_t local) { return *ranks[local]; }
  int firstRank() const { return transports[0]->rank(); }

  /// Lets training end after the step that it is in. Async-signal-safe.
  void requestStop() { stop.store(true, std::memory_order_relaxed); }
  bool stopRequested() const { return stop.load(std::memory_order_relaxed); }

  /// Suspends the watchdog for work that is not a step (files).
  void disarm(size_t local) { watchdog->disarm(local); }
  void arm(size_t local) { watchdog->arm(local); }

private:
  Status connect();
  Status checkMemory() const;
  Status prepare();
  Status runOnThreads(const RankThreads::Task &task);

  std::shared_ptr<const PlanFile> file;
  JobOptions options;
  Modules modules;
  CrashHandlers handlers;
  std::vector<std::unique_ptr<Transport>> transports;
  std::vector<std::unique_ptr<Rank>> ranks;
  std::vector<std::unique_ptr<CrashScope>> scopes;
  std::unique_ptr<Watchdog> watchdog;
  std::unique_ptr<RankThreads> threads;
  std::atomic<bool> stop{false};
  Status failure; ///< the first one
};

} // namespace sft::rt
