//===- JobBlock.h - What the ranks of one host share ------------*- C++ -*-===//
//
// Plain memory that every rank of a host maps: in the heap of one process
// (threads) or in a file without a name (mpi). It holds no pointer; lock-free
// atomics are the only means of synchronisation.
//
//   JobBlock | RankBlock x ranks | pool of GroupBlocks
//
// A GroupBlock is one group's meeting place:
//
//   MemberBlock x members | Mailbox x members x members
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/comm/Operation.h"

namespace sft::rt {

constexpr size_t cacheLine = 64;

/// Bytes of one staging slot: what a member can hand over without the peers
/// reading its buffers.
constexpr size_t slotBytes = 32 << 10;

/// What one member says when it enters a collective. Two alternate, so that a
/// slow peer still reads the last one while the next is written.
struct alignas(cacheLine) Entry {
  std::atomic<uint64_t> phase; ///< written last
  Signature signature;
  uint64_t in, out; ///< addresses, 0 where peers cannot reach the buffer
};

struct alignas(cacheLine) MemberBlock {
  Entry entry[2];
  alignas(cacheLine) std::atomic<uint64_t> left; ///< last phase done with
  alignas(cacheLine) std::byte slot[2][slotBytes];
  alignas(cacheLine) std::byte sendSlot[slotBytes];
};

/// From one member to another. The sender fills its half and raises `posted`;
/// the receiver answers in its half and raises `taken` to the same number.
struct Mailbox {
  alignas(cacheLine) std::atomic<uint64_t> posted;
  Signature sent;
  uint64_t address; ///< of the data; 0: the data is in sendSlot
  alignas(cacheLine) std::atomic<uint64_t> taken;
  Signature wanted;
};

/// Finds the parts of a group's block.
class GroupBlock {
public:
  GroupBlock() = default;
  GroupBlock(std::byte *base, int members) : base(base), members(members) {}

  static size_t bytes(int members) {
    auto n = size_t(members);
    return n * sizeof(MemberBlock) + n * n * sizeof(Mailbox);
  }
  MemberBlock &member(int m) const {
    return reinterpret_cast<MemberBlock *>(base)[m];
  }
  Mailbox &mailbox(int from, int to) const {
    std::byte *first = base + size_t(members) * sizeof(MemberBlock);
    return reinterpret_cast<Mailbox *>(first)[from * members + to];
  }

private:
  std::byte *base = nullptr;
  int members = 0;
};

/// Where the first member of a group has put its block.
struct GroupEntry {
  uint64_t key;    ///< hash of the members, and which group of these it is
  uint64_t offset; ///< in the pool; 0: the pool is full
};
constexpr uint32_t maxGroupsPerLeader = 256;

struct alignas(cacheLine) RankBlock {
  Progress progress;
  alignas(cacheLine) std::atomic<uint32_t> groups; ///< entries made
  GroupEntry group[maxGroupsPerLeader];
};

/// Why the job was given up, as the first rank to do so says it.
struct AbortNote {
  int rank;
  int code;
  char message[1000];
};

struct alignas(cacheLine) JobBlock {
  std::atomic<uint32_t> writers; ///< the first of them writes the note
  std::atomic<uint32_t> aborted; ///< 1: given up, and the note is readable
  AbortNote note;
  uint64_t poolBytes;
  alignas(cacheLine) std::atomic<uint64_t> poolUsed;

  static size_t headBytes(int ranks) {
    return sizeof(JobBlock) + size_t(ranks) * sizeof(RankBlock);
  }
  RankBlock &rank(int local) {
    return reinterpret_cast<RankBlock *>(this + 1)[local];
  }
};

static_assert(std::atomic<uint64_t>::is_always_lock_free &&
              std::atomic<uint32_t>::is_always_lock_free);

} // namespace sft::rt
