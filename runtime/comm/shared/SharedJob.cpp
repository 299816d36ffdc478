#include "runtime/comm/shared/SharedJob.h"

#include "runtime/comm/Errors.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <thread>

namespace sft::rt {

namespace {

/// Room for some 150 groups that all ranks of the host are in.
constexpr size_t poolBytesPerRank = size_t(16) << 20;

size_t roundUp(size_t bytes) { return (bytes + 4095) / 4096 * 4096; }

size_t poolStart(int ranks) { return roundUp(JobBlock::headBytes(ranks)); }

/// FNV-1a over the members and which group of these members it is.
uint64_t groupKey(std::span<const int> members, uint64_t ordinal) {
  uint64_t hash = 0xcbf29ce484222325;
  auto mix = [&](uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) {
      hash = (hash ^ (word >> byte * 8 & 0xff)) * 0x100000001b3;
    }
  };
  std::ranges::for_each(members, mix);
  mix(ordinal);
  return hash;
}

std::optional<uint64_t> findGroup(RankBlock &leader, uint64_t key) {
  uint32_t made = leader.groups.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < made; ++i) {
    if (leader.group[i].key == key) {
      return leader.group[i].offset;
    }
  }
  return std::nullopt;
}

} // namespace

std::string listOf(std::span<const int> ranks) {
  std::string text;
  for (int rank : ranks) {
    text += (text.empty() ? "" : ", ") + std::to_string(rank);
  }
  return "{" + text + "}";
}

size_t SharedJob::blockBytes(int ranks) {
  return poolStart(ranks) + size_t(ranks) * poolBytesPerRank;
}

void SharedJob::format(std::byte *memory, int ranks) {
  auto *block = new (memory) JobBlock{};
  for (int r = 0; r < ranks; ++r) {
    new (&block->rank(r)) RankBlock{};
  }
  block->poolUsed = poolStart(ranks);
  block->poolBytes = blockBytes(ranks);
}

SharedJob::SharedJob(std::shared_ptr<void> owner, std::byte *memory,
                     std::vector<int> locals, int self, PeerMemory peers)
    : peers(std::move(peers)), owner(std::move(owner)),
      block(reinterpret_cast<JobBlock *>(memory)),
      localRanks(std::move(locals)), selfRank(self),
      selfIndex(localIndexOf(self)) {
  limits.aborted = &block->aborted;
  limits.crowded = localRanks.size() > std::thread::hardware_concurrency();
}

int SharedJob::localIndexOf(int rank) const {
  auto found = std::ranges::lower_bound(localRanks, rank);
  bool here = found != localRanks.end() && *found == rank;
  return here ? int(found - localRanks.begin()) : -1;
}

Expected<uint64_t> SharedJob::makeGroupBlock(uint64_t key, int members) {
  RankBlock &mine = block->rank(selfIndex);
  uint32_t made = mine.groups.load(std::memory_order_relaxed);
  size_t bytes = roundUp(GroupBlock::bytes(members));
  uint64_t offset = block->poolUsed.fetch_add(bytes);
  if (made == maxGroupsPerLeader || offset + bytes > block->poolBytes) {
    return Status::error(Code::Resources, SharedMemoryFailed,
                         "too many groups of ranks on this host");
  }
  mine.group[made] = {key, offset};
  mine.groups.store(made + 1, std::memory_order_release);
  return offset;
}

uint64_t SharedJob::nextGroupKey(std::span<const int> members) {
  std::vector<int> list(members.begin(), members.end());
  return groupKey(members, groupsMade[std::move(list)]++);
}

Expected<GroupBlock> SharedJob::joinGroup(std::span<const int> members,
                                          const std::string &label) {
  uint64_t key = nextGroupKey(members);
  auto *memory = reinterpret_cast<std::byte *>(block);
  int count = int(members.size());
  if (members.front() == selfRank) {
    SFT_ASSIGN_OR_RETURN(uint64_t offset, makeGroupBlock(key, count));
    return GroupBlock(memory + offset, count);
  }
  RankBlock &leader = block->rank(localIndexOf(members.front()));
  std::optional<uint64_t> offset;
  WaitResult result = waitUntil(
      limits, [&] { return (offset = findGroup(leader, key)).has_value(); });
  if (result != WaitResult::Done) {
    return giveUp(result, rt::format("group \"%s\"", label.c_str()),
                  "not made by rank " + std::to_string(members.front()));
  }
  return GroupBlock(memory + *offset, count);
}

const Progress *SharedJob::progressOf(int rank) const {
  int index = localIndexOf(rank);
  return index < 0 ? nullptr : &block->rank(index).progress;
}

void SharedJob::abort(const Status &reason) {
  if (block->writers.fetch_add(1) != 0) {
    // Somebody else is writing the note; it is short.
    (void)waitUntil(limits, [this] { return aborted(); });
    return;
  }
  AbortNote &note = block->note;
  note.rank = selfRank;
  note.code = int(reason.code());
  snprintf(note.message, sizeof(note.message), "%s", reason.message().c_str());
  block->aborted.store(1, std::memory_order_release);
}

bool SharedJob::aborted() const {
  return block->aborted.load(std::memory_order_acquire) != 0;
}

Status SharedJob::giveUp(WaitResult result, const std::string &what,
                         const std::string &missing) const {
  if (result == WaitResult::Aborted) {
    return Status::error(Code::PeerLost, PeerAborted,
                         rt::format("%s given up: rank %d: %s", what.c_str(),
                                    note().rank, note().message));
  }
  double seconds = double(limits.timeoutMs.load()) / 1000;
  return Status::error(Code::PeerLost, DeadlinePassed,
                       rt::format("%s not complete after %g s; %s",
                                  what.c_str(), seconds, missing.c_str()));
}

} // namespace sft::rt
