#include "runtime/comm/mpi/MpiWorld.h"

#include "runtime/comm/Errors.h"
#include "runtime/comm/mpi/Launcher.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace sft::rt {

namespace {

/// MPI counts in int.
constexpr size_t longestMessage = size_t(1) << 30;

} // namespace

Expected<std::shared_ptr<MpiWorld>> MpiWorld::open() {
  SFT_ASSIGN_OR_RETURN(MpiLibrary library, MpiLibrary::open());
  std::shared_ptr<MpiWorld> world(new MpiWorld(library));
  SFT_RETURN_IF_ERROR(world->initialize());
  SFT_RETURN_IF_ERROR(world->checkLauncher());
  return world;
}

Status MpiWorld::initialize() {
  int already = 0, provided = 0;
  SFT_RETURN_IF_ERROR(mpi.check(mpi.Initialized(&already), "MPI_Initialized"));
  if (already == 0) {
    // A rank's thread calls, or its communication thread while that one
    // computes; only the watchdog's MPI_Abort may fall into another call.
    SFT_RETURN_IF_ERROR(mpi.check(
        mpi.Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided),
        "MPI_Init_thread"));
    ours = true;
    if (provided < MPI_THREAD_SERIALIZED) {
      return Status::error(Code::Unavailable, MpiUnknown,
                           "libmpi serves one thread only; an Open MPI with "
                           "MPI_THREAD_SERIALIZED is needed");
    }
  }
  mpi.Comm_set_errhandler(mpi.world, mpi.errorsReturn);
  SFT_RETURN_IF_ERROR(
      mpi.check(mpi.Comm_rank(mpi.world, &self), "MPI_Comm_rank"));
  return mpi.check(mpi.Comm_size(mpi.world, &ranks), "MPI_Comm_size");
}

/// A launcher of one MPI and the library of another make every process
/// believe that it is rank 0 of 1.
Status MpiWorld::checkLauncher() const {
  SFT_ASSIGN_OR_RETURN(auto launched, launchedAs());
  if (!launched || (launched->rank == self && launched->size == ranks)) {
    return {};
  }
  return Status::error(
      Code::Usage, LauncherInconsistent,
      format("%s says rank %d of %d, but libmpi says rank %d of %d: they do "
             "not belong together",
             launched->launcher, launched->rank, launched->size, self, ranks));
}

Status MpiWorld::send(const void *data, size_t bytes, int rank, int tag,
                      std::vector<Pending> &pending) {
  for (size_t at = 0; at < bytes; at += longestMessage) {
    Pending message{nullptr, rank};
    int count = int(std::min(longestMessage, bytes - at));
    SFT_RETURN_IF_ERROR(
        mpi.check(mpi.Isend(static_cast<const std::byte *>(data) + at, count,
                            mpi.byte, rank, tag, mpi.world, &message.request),
                  "MPI_Isend"));
    pending.push_back(message);
  }
  return {};
}

Status MpiWorld::receive(void *data, size_t bytes, int rank, int tag,
                         std::vector<Pending> &pending) {
  for (size_t at = 0; at < bytes; at += longestMessage) {
    Pending message{nullptr, rank};
    int count = int(std::min(longestMessage, bytes - at));
    SFT_RETURN_IF_ERROR(
        mpi.check(mpi.Irecv(static_cast<std::byte *>(data) + at, count,
                            mpi.byte, rank, tag, mpi.world, &message.request),
                  "MPI_Irecv"));
    pending.push_back(message);
  }
  return {};
}

Status MpiWorld::testAll(std::vector<Pending> &pending, bool &all) {
  all = true;
  for (Pending &message : pending) {
    int done = message.done ? 1 : 0;
    if (!message.done) {
      SFT_RETURN_IF_ERROR(mpi.check(
          mpi.Test(&message.request, &done, MPI_STATUS_IGNORE), "MPI_Test"));
      message.done = done != 0;
    }
    all = all && message.done;
  }
  return {};
}

Status MpiWorld::wait(std::vector<Pending> &pending, const WaitLimits &limits,
                      WaitResult &result) {
  Status failure;
  result = waitUntil(limits, [&] {
    bool all = false;
    failure = testAll(pending, all);
    return all || !failure.ok();
  });
  hasFailed = hasFailed || result != WaitResult::Done || !failure.ok();
  return failure;
}

Status MpiWorld::exchange(const void *mine, void *all, size_t bytes,
                          const WaitLimits &limits) {
  std::vector<Pending> pending{{nullptr, -1}};
  SFT_RETURN_IF_ERROR(
      mpi.check(mpi.Iallgather(mine, int(bytes), mpi.byte, all, int(bytes),
                               mpi.byte, mpi.world, &pending[0].request),
                "MPI_Iallgather"));
  WaitResult result;
  SFT_RETURN_IF_ERROR(wait(pending, limits, result));
  if (result == WaitResult::Done) {
    return {};
  }
  return Status::error(Code::PeerLost,
                       result == WaitResult::Deadline ? DeadlinePassed
                                                      : PeerAborted,
                       format("meeting of all %d ranks not complete after %g s",
                              ranks, double(limits.timeoutMs.load()) / 1000));
}

std::byte *MpiWorld::allocate(size_t bytes) {
  memory.push_back(std::make_unique<std::byte[]>(bytes));
  return memory.back().get();
}

Status MpiWorld::finalize() {
  return ours ? mpi.check(mpi.Finalize(), "MPI_Finalize") : Status();
}

void MpiWorld::abort(int code) {
  fflush(nullptr);
  mpi.Abort(mpi.world, code);
  _exit(code);
}

} // namespace sft::rt
