#include "runtime/comm/Threads.h"

#include "runtime/comm/shared/Mapping.h"
#include "runtime/comm/shared/SharedCommunicator.h"

#include <mutex>
#include <numeric>

namespace sft::rt {

namespace {

/// What the ranks own together. It lives until the last of them is gone, since
/// a rank that gives up leaves peers behind that still read its memory.
class ThreadJob {
public:
  explicit ThreadJob(Mapping block) : block(std::move(block)) {}

  std::byte *memory() const { return block.data(); }

  Expected<void *> allocate(size_t bytes) {
    SFT_ASSIGN_OR_RETURN(Mapping arena, Mapping::anonymous(bytes));
    void *base = arena.data();
    std::lock_guard lock(mutex);
    arenas.push_back(std::move(arena));
    return base;
  }

private:
  Mapping block;
  std::mutex mutex;
  std::vector<Mapping> arenas;
};

std::vector<int> allRanks(int ranks) {
  std::vector<int> all(size_t(ranks), 0);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

class ThreadTransport final : public Transport {
public:
  ThreadTransport(std::shared_ptr<ThreadJob> owner, int ranks, int self)
      : owner(std::move(owner)),
        job(std::make_shared<SharedJob>(this->owner, this->owner->memory(),
                                        allRanks(ranks), self,
                                        PeerMemory::oneProcess())) {}

  int rank() const override { return job->self(); }
  int size() const override { return int(job->locals().size()); }
  int localRank() const override { return rank(); }
  int localSize() const override { return size(); }
  const char *name() const override { return "threads"; }

  Expected<void *> allocateShared(size_t bytes) override {
    return owner->allocate(bytes);
  }

  Expected<std::unique_ptr<Communicator>>
  makeGroup(std::span<const int> members, const std::string &label) override {
    SFT_RETURN_IF_ERROR(checkMembers(members, size(), rank(), label));
    return SharedCommunicator::make(job, members, label);
  }

  void setTimeout(std::chrono::milliseconds timeout) override {
    job->limits.timeoutMs = timeout.count();
  }
  Progress &progress() override { return job->progress(); }
  const Progress *progressOf(int rank) const override {
    return job->progressOf(rank);
  }
  void abort(const Status &reason) override { job->abort(reason); }

private:
  std::shared_ptr<ThreadJob> owner;
  std::shared_ptr<SharedJob> job;
};

} // namespace

Expected<std::vector<std::unique_ptr<Transport>>>
makeThreadTransports(int ranks) {
  SFT_ASSIGN_OR_RETURN(Mapping block,
                       Mapping::anonymous(SharedJob::blockBytes(ranks)));
  SharedJob::format(block.data(), ranks);
  auto owner = std::make_shared<ThreadJob>(std::move(block));
  std::vector<std::unique_ptr<Transport>> transports;
  transports.reserve(size_t(ranks));
  for (int r = 0; r < ranks; ++r) {
    transports.push_back(std::make_unique<ThreadTransport>(owner, ranks, r));
  }
  return transports;
}

} // namespace sft::rt
