//===- MpiTransport.h - One rank among MPI processes ------------*- C++ -*-===//
#pragma once

#include "runtime/comm/mpi/HostMemory.h"
#include "runtime/comm/mpi/MpiWorld.h"
#include "runtime/comm/shared/SharedJob.h"

#include <mutex>
#include <thread>

namespace sft::rt {

/// How a job ends. In good order: all ranks destroy their transports, meet a
/// last time, and finalise MPI. After abort(): the ranks of the host see the
/// flag and get a moment to say what they were doing, then MPI_Abort takes all
/// ranks down with the exit status of the first reason, stopped ones included.
/// Leaving by exit() in between is an error of its own.
class MpiTransport final : public Transport {
public:
  static Expected<std::unique_ptr<Transport>> open();
  ~MpiTransport() override;

  int rank() const override { return world->rank(); }
  int size() const override { return world->size(); }
  int localRank() const override { return hostRank; }
  int localSize() const override { return hostSize; }
  const char *name() const override { return "mpi"; }

  Expected<void *> allocateShared(size_t bytes) override;
  Expected<std::unique_ptr<Communicator>>
  makeGroup(std::span<const int> members, const std::string &label) override;
  void setTimeout(std::chrono::milliseconds timeout) override;
  Progress &progress() override { return job->progress(); }
  const Progress *progressOf(int rank) const override;
  void abort(const Status &reason) override;

private:
  /// Mappings that groups may still use when the transport is gone.
  using Memory = std::vector<Mapping>;

  explicit MpiTransport(std::shared_ptr<MpiWorld> world)
      : world(std::move(world)) {}
  Status joinHost(bool shareWanted);
  Expected<std::optional<Mapping>> meetOnBlock(const std::vector<int> &locals);
  Status mapPeers(std::span<const MemoryOffer> offers, std::byte *own);
  template <typename T> Expected<std::vector<T>> gather(const T &mine) const;
  Expected<bool> allOk(bool mine) const;
  void guardExit();
  Status closeInOrder();
  void lingerThenAbort();

  std::shared_ptr<MpiWorld> world;
  std::shared_ptr<Memory> memory = std::make_shared<Memory>();
  std::shared_ptr<SharedJob> job;
  int hostRank = 0, hostSize = 1;
  bool sharing = false; ///< groups of this host use shared memory
  std::atomic<uint32_t> neverAborted{0};
  std::once_flag aborting;
  std::thread reaper;
};

} // namespace sft::rt
