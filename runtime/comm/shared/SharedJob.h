//===- SharedJob.h - One rank's hold on its host's job ----------*- C++ -*-===//
#pragma once

#include "runtime/comm/shared/JobBlock.h"
#include "runtime/comm/shared/PeerMemory.h"
#include "runtime/comm/shared/Wait.h"

#include <map>

namespace sft::rt {

/// One rank's view of the JobBlock of its host: waiting, giving up, meeting
/// places. Ranks are named by their number in the whole job; `locals` lists
/// those of this host in ascending order.
class SharedJob {
public:
  /// Bytes of a block for this many ranks, with the pool for their groups.
  /// Untouched pages cost nothing.
  static size_t blockBytes(int ranks);
  /// Called by one rank, before the others look, on zeroed memory.
  static void format(std::byte *memory, int ranks);

  /// `owner` keeps `memory`, and what peers may still read, for as long as a
  /// group of this job exists.
  SharedJob(std::shared_ptr<void> owner, std::byte *memory,
            std::vector<int> locals, int self, PeerMemory peers);

  int self() const { return selfRank; }
  const std::vector<int> &locals() const { return localRanks; }
  /// This rank's or `rank`'s index on this host; -1 on another host.
  int localIndex() const { return selfIndex; }
  int localIndexOf(int rank) const;

  /// A number that the members agree on and that no other group has; called
  /// once for each group, in the same order by all of its members.
  uint64_t nextGroupKey(std::span<const int> members);
  /// The meeting place of a group whose members are all on this host. Made by
  /// the first member, awaited by the others.
  Expected<GroupBlock> joinGroup(std::span<const int> members,
                                 const std::string &label);

  Progress &progress() { return block->rank(selfIndex).progress; }
  const Progress *progressOf(int rank) const;

  /// Raises the flag for all ranks of this host; the first reason stays. The
  /// note is readable when this returns.
  void abort(const Status &reason);
  bool aborted() const;
  /// Why the job was given up.
  const AbortNote &note() const { return block->note; }

  /// What to return when a wait ended with anything but Done: `what` was not
  /// complete because of `missing` ("not entered by ranks {2}").
  Status giveUp(WaitResult result, const std::string &what,
                const std::string &missing) const;

  WaitLimits limits;
  PeerMemory peers;

private:
  Expected<uint64_t> makeGroupBlock(uint64_t key, int members);

  std::shared_ptr<void> owner;
  JobBlock *block;
  std::vector<int> localRanks;
  int selfRank, selfIndex;
  std::map<std::vector<int>, uint64_t> groupsMade; ///< by members
};

/// "{0, 2}"
std::string listOf(std::span<const int> ranks);

} // namespace sft::rt
