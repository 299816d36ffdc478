#include "runtime/comm/mpi/MpiTransport.h"

#include "runtime/comm/Errors.h"
#include "runtime/comm/Mpi.h"
#include "runtime/comm/mpi/Launcher.h"
#include "runtime/comm/mpi/MessageCommunicator.h"
#include "runtime/comm/shared/SharedCommunicator.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace sft::rt {

namespace {

/// How long the others may report after an abort, and how long a rank waits
/// to be taken down by the one that aborted.
constexpr std::chrono::milliseconds reportGrace(500), reaperGrace(2000);

/// The job that this process has not left in good order yet.
std::atomic<MpiWorld *> openWorld{nullptr};

void abortIfOpen() {
  if (MpiWorld *world = openWorld.exchange(nullptr)) {
    fprintf(stderr, "error[SFT%04d] rank %d left in the middle of the job\n",
            LeftEarly, world->rank());
    world->abort(int(Code::Internal));
  }
}

/// False with SFT_MPI_SHARED=0.
Expected<bool> sharingWanted() {
  const char *value = getenv("SFT_MPI_SHARED");
  if (value == nullptr || strcmp(value, "1") == 0) {
    return true;
  }
  if (strcmp(value, "0") == 0) {
    return false;
  }
  return Status::error(
      Code::Usage, BadSetting,
      format("SFT_MPI_SHARED=%s: 1 (default) lets ranks of one host share "
             "memory, 0 sends messages instead",
             value));
}

std::vector<int> ranksWhere(std::span<const uint64_t> hosts, uint64_t host) {
  std::vector<int> ranks;
  for (size_t r = 0; r < hosts.size(); ++r) {
    if (hosts[r] == host) {
      ranks.push_back(int(r));
    }
  }
  return ranks;
}

} // namespace

Expected<std::unique_ptr<Transport>> makeMpiTransport() {
  return MpiTransport::open();
}

Expected<std::unique_ptr<Transport>> MpiTransport::open() {
  SFT_ASSIGN_OR_RETURN(auto launched, launchedAs());
  SFT_ASSIGN_OR_RETURN(bool wanted, sharingWanted());
  if (launched) {
    dieWithLauncher();
  }
  SFT_ASSIGN_OR_RETURN(auto world, MpiWorld::open());
  std::unique_ptr<MpiTransport> transport(new MpiTransport(std::move(world)));
  SFT_RETURN_IF_ERROR(transport->joinHost(wanted));
  transport->guardExit();
  return std::unique_ptr<Transport>(std::move(transport));
}

void MpiTransport::guardExit() {
  static const int registered = std::atexit(abortIfOpen);
  (void)registered;
  openWorld = world.get();
}

//===- Start --------------------------------------------------------------===//

template <typename T>
Expected<std::vector<T>> MpiTransport::gather(const T &mine) const {
  static_assert(std::is_trivially_copyable_v<T>);
  WaitLimits limits;
  limits.aborted = job ? job->limits.aborted : &neverAborted;
  limits.timeoutMs = job ? job->limits.timeoutMs.load() : 60'000;
  limits.crowded = true;
  std::vector<T> all(static_cast<size_t>(size()));
  SFT_RETURN_IF_ERROR(world->exchange(&mine, all.data(), sizeof(T), limits));
  return all;
}

Expected<bool> MpiTransport::allOk(bool mine) const {
  SFT_ASSIGN_OR_RETURN(auto all, gather(uint8_t(mine)));
  return std::ranges::find(all, uint8_t(0)) == all.end();
}

Status MpiTransport::joinHost(bool shareWanted) {
  SFT_ASSIGN_OR_RETURN(std::vector<uint64_t> hosts, gather(hostId()));
  std::vector<int> locals = ranksWhere(hosts, hosts[size_t(rank())]);
  hostSize = int(locals.size());
  hostRank = int(std::ranges::find(locals, rank()) - locals.begin());

  // Containers may share a kernel and still not see each other's memory.
  SFT_ASSIGN_OR_RETURN(std::optional<Mapping> block, meetOnBlock(locals));
  SFT_ASSIGN_OR_RETURN(bool together, allOk(block.has_value()));
  SFT_ASSIGN_OR_RETURN(bool wanted, allOk(shareWanted));
  sharing = together && wanted;
  if (!together) {
    locals = {rank()};
    SFT_ASSIGN_OR_RETURN(block, Mapping::anonymous(SharedJob::blockBytes(1)));
    SharedJob::format(block->data(), 1);
  }
  PeerMemory peers(int(locals.size()), together ? hostRank : 0);
  std::byte *base = block->data();
  memory->push_back(std::move(*block));
  job = std::make_shared<SharedJob>(memory, base, std::move(locals), rank(),
                                    std::move(peers));
  job->limits.crowded =
      unsigned(hostSize) > std::thread::hardware_concurrency();
  return {};
}

/// The first rank of the host makes the block, the others map it. None where
/// that does not work.
Expected<std::optional<Mapping>>
MpiTransport::meetOnBlock(const std::vector<int> &locals) {
  SharedMemory made;
  MemoryOffer offer;
  if (hostRank == 0) {
    auto attempt = SharedMemory::make(SharedJob::blockBytes(hostSize), true);
    if (attempt) {
      made = std::move(*attempt);
      SharedJob::format(made.mapping.data(), hostSize);
      offer = made.offer();
    }
  }
  SFT_ASSIGN_OR_RETURN(auto offers, gather(offer));
  std::optional<Mapping> block;
  if (hostRank == 0 && made.file.valid()) {
    block = std::move(made.mapping);
  } else if (auto mapped = mapOffer(offers[size_t(locals[0])])) {
    block = std::move(*mapped);
  }
  // The descriptor may go once all have mapped.
  SFT_RETURN_IF_ERROR(allOk(true).takeError());
  return block;
}

//===- Memory and groups --------------------------------------------------===//

Expected<void *> MpiTransport::allocateShared(size_t bytes) {
  auto made = SharedMemory::make(bytes, sharing);
  Status status = made ? made->mapping.populate() : made.takeError();
  SFT_ASSIGN_OR_RETURN(auto offers,
                       gather(status.ok() ? made->offer() : MemoryOffer()));
  if (status.ok() && sharing) {
    status = mapPeers(offers, made->mapping.data());
  }
  SFT_ASSIGN_OR_RETURN(bool all, allOk(status.ok()));
  SFT_RETURN_IF_ERROR(std::move(status));
  if (!all) {
    return Status::error(Code::Resources, SharedMemoryFailed,
                         "another rank cannot map its shared memory");
  }
  void *base = made->mapping.data();
  memory->push_back(std::move(made->mapping));
  return base;
}

Status MpiTransport::mapPeers(std::span<const MemoryOffer> offers,
                              std::byte *own) {
  for (int peer : job->locals()) {
    const MemoryOffer &offer = offers[size_t(peer)];
    std::byte *mine = own;
    if (peer != rank()) {
      SFT_ASSIGN_OR_RETURN(Mapping mapping, mapOffer(offer));
      mine = mapping.data();
      memory->push_back(std::move(mapping));
    }
    job->peers.add(job->localIndexOf(peer), offer.address, offer.bytes, mine);
  }
  return {};
}

Expected<std::unique_ptr<Communicator>>
MpiTransport::makeGroup(std::span<const int> members,
                        const std::string &label) {
  SFT_RETURN_IF_ERROR(checkMembers(members, size(), rank(), label));
  bool here = std::ranges::all_of(
      members, [&](int m) { return job->localIndexOf(m) >= 0; });
  if (here && sharing) {
    return SharedCommunicator::make(job, members, label);
  }
  return std::unique_ptr<Communicator>(std::make_unique<MessageCommunicator>(
      world, job, job->nextGroupKey(members), members, label));
}

void MpiTransport::setTimeout(std::chrono::milliseconds timeout) {
  job->limits.timeoutMs = timeout.count();
}

const Progress *MpiTransport::progressOf(int rank) const {
  return job->progressOf(rank);
}

//===- End ----------------------------------------------------------------===//

void MpiTransport::abort(const Status &reason) {
  job->abort(reason);
  std::call_once(aborting,
                 [&] { reaper = std::thread([this] { lingerThenAbort(); }); });
}

/// The first to give up ends all ranks as soon as those in sight have
/// reported; the others only do so if it does not.
void MpiTransport::lingerThenAbort() {
  bool first = job->note().rank == rank();
  auto end =
      std::chrono::steady_clock::now() + (first ? reportGrace : reaperGrace);
  auto finished = [&](int r) { return progressOf(r)->finished.load() != 0; };
  while (!(first && std::ranges::all_of(job->locals(), finished)) &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  openWorld = nullptr;
  world->abort(job->note().code);
}

MpiTransport::~MpiTransport() {
  if (job == nullptr) {
    return; // never joined; the launcher ends a job that lacks a rank
  }
  if (!job->aborted()) {
    if (Status status = closeInOrder(); !status.ok()) {
      abort(status);
    }
  }
  if (reaper.joinable()) {
    reaper.join(); // does not come back
  }
  if (job->aborted()) {
    lingerThenAbort();
  }
}

Status MpiTransport::closeInOrder() {
  if (world->broken()) {
    return Status::error(Code::PeerLost, PeerAborted,
                         "left with messages under way");
  }
  // MPI_Finalize waits without a deadline, so all ranks meet before it.
  SFT_RETURN_IF_ERROR(allOk(true).takeError());
  openWorld = nullptr;
  return world->finalize();
}

} // namespace sft::rt
