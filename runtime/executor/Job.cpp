#include "runtime/executor/Job.h"

#include "runtime/base/Failpoint.h"
#include "runtime/comm/Mpi.h"
#include "runtime/comm/Threads.h"

#include <cstdlib>
#include <sys/resource.h>

namespace sft::rt {
namespace {

uint64_t arenaOf(const fb::Plan &plan, int rank) {
  return plan.programs()
      ->Get(plan.rank_program()->Get(uint32_t(rank)))
      ->arena_bytes();
}

double mebibytes(uint64_t bytes) { return double(bytes) / (1 << 20); }

/// The failure that explains the others: any that is not about a lost peer.
Status pickFailure(std::vector<Status> results) {
  Status *chosen = nullptr;
  for (Status &status : results) {
    if (!status.ok() && (!chosen || (chosen->code() == Code::PeerLost &&
                                     status.code() != Code::PeerLost))) {
      chosen = &status;
    }
  }
  return chosen ? std::move(*chosen) : Status();
}

} // namespace

Status Job::open() {
  SFT_RETURN_IF_ERROR(connect());
  SFT_RETURN_IF_ERROR(checkMemory());
  return prepare();
}

Status Job::connect() {
  SFT_RETURN_IF_ERROR(armFailpoints(getenv("SFT_FAILPOINT")));
  int wanted = int(file->plan().rank_program()->size());
  TransportKind kind = options.transport;
  if (kind == TransportKind::Mpi ||
      (kind == TransportKind::Auto && underMpi())) {
    SFT_ASSIGN_OR_RETURN(transports.emplace_back(), makeMpiTransport());
  } else {
    SFT_ASSIGN_OR_RETURN(transports, makeThreadTransports(wanted));
  }
  if (transports[0]->size() != wanted) {
    return Status::error(Code::Config, 303,
                         format("plan needs %d ranks, job has %d", wanted,
                                transports[0]->size()));
  }
  // A little more than the watchdog's own patience: its report says more.
  for (auto &transport : transports) {
    transport->setTimeout(options.rank.timeout + std::chrono::seconds(1));
  }
  return {};
}

Status Job::checkMemory() const {
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  uint64_t needed = 0;
  for (const auto &transport : transports) {
    needed += arenaOf(file->plan(), transport->rank());
    if (limit.rlim_cur != RLIM_INFINITY && needed > limit.rlim_cur) {
      return Status::error(
          Code::Resources, 313,
          format("plan needs %.1f MiB on rank %d (%.1f MiB in this process), "
                 "limit %.1f MiB",
                 mebibytes(arenaOf(file->plan(), transport->rank())),
                 transport->rank(), mebibytes(needed),
                 mebibytes(limit.rlim_cur)));
    }
  }
  return {};
}

Status Job::prepare() {
  std::vector<Transport *> borrowed;
  for (auto &transport : transports) {
    borrowed.push_back(transport.get());
  }
  watchdog =
      std::make_unique<Watchdog>(file->plan(), borrowed, options.rank.timeout);
  ranks.resize(transports.size());
  scopes.resize(transports.size());
  threads = std::make_unique<RankThreads>(transports.size());
  return runOnThreads([this](size_t local) -> Status {
    SFT_ASSIGN_OR_RETURN(ranks[local], Rank::prepare(*file, *transports[local],
                                                     modules, options.rank));
    scopes[local] = std::make_unique<CrashScope>(*ranks[local]);
    return {};
  });
}

Job::~Job() {
  if (threads) {
    threads->run([this](size_t local) {
      scopes[local].reset();
      ranks[local].reset();
      transports[local]->progress().finished = failure.ok() ? 1 : 2;
      return Status();
    });
  }
  if (!failure.ok()) {
    for (auto &transport : transports) {
      transport->abort(failure);
    }
  }
}

Status Job::run(const Task &task) {
  return runOnThreads([&](size_t local) {
    WatchScope watch(*watchdog, local);
    return task(*ranks[local], local);
  });
}

Status Job::runOnThreads(const RankThreads::Task &task) {
  Status status = pickFailure(threads->run([&](size_t local) {
    Status result = task(local);
    // Local peers would wait for this rank in vain. Peers in other processes
    // hear of it when the Job goes, after the caller has reported why.
    if (!result.ok() && transports.size() > 1) {
      transports[local]->abort(result);
    }
    return result;
  }));
  if (watchdog->hasBarked()) {
    status = Status::error(Code::PeerLost, 422,
                           "the watchdog ended the run; see its report above");
  }
  if (!status.ok() && failure.ok()) {
    failure = Status::error(status.code(), status.id(), status.message());
  }
  return status;
}

} // namespace sft::rt
