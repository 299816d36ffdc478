//===- SharedCommunicator.h - A group within one host -----------*- C++ -*-===//
//
// The collectives of ranks that can read each other's memory, whether they
// are threads or processes. Two schemes:
//
// Staged, for small operations: each member copies its input into its slot of
// the group's block and enters; when all have entered, each takes its result
// out of all slots. Slots alternate, so that entering the next operation is
// the proof that this one's slots were read: one meeting an operation.
//
// Direct: the members enter with the addresses of their buffers; when all have
// entered, each works on its part straight in the peers' buffers, and all meet
// again before anyone leaves. No byte is copied that need not be.
//
// Where a buffer of some member is out of the others' reach, a large operation
// runs through the slots in pieces.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/comm/GroupCommunicator.h"
#include "runtime/comm/shared/SharedJob.h"

#include <functional>

namespace sft::rt {

class SharedCommunicator final : public GroupCommunicator {
public:
  /// All of `members` are on this host; collective over them.
  static Expected<std::unique_ptr<Communicator>>
  make(std::shared_ptr<SharedJob> job, std::span<const int> members,
       const std::string &label);

private:
  SharedCommunicator(std::shared_ptr<SharedJob> job, GroupBlock block,
                     std::span<const int> members, const std::string &label);

  Status run(const Operation &op) override;
  Status transfer(const Operation &op, int peer) override;

  // The two meetings.
  Status enter(const Operation &op, uint64_t in, uint64_t out);
  Status leave(const Operation &op);
  Status checkEntries(const Operation &op) const;
  Status giveUp(WaitResult result, const Operation &op, const char *done,
                const std::function<bool(int)> &isDone) const;

  // The schemes.
  Status staged(const Operation &op);
  Status large(const Operation &op);
  void fillSlot(const Operation &op, size_t offset, size_t count);
  bool resolveBuffers(const Operation &op);
  void direct(const Operation &op);
  void reduceSliceToAll(const Operation &op);

  // Send and receive.
  Status give(const Operation &op, int peer);
  Status fetch(const Operation &op, int peer);
  Status post(const Operation &op, int peer, uint64_t address);
  Status awaitPost(const Operation &op, int peer);
  void acknowledge(const Operation &op, int peer);

  Entry &entryOf(int m) const { return block.member(m).entry[phase & 1]; }

  std::shared_ptr<SharedJob> job;
  GroupBlock block;
  std::vector<int> localIndex;         ///< member -> index on this host
  uint64_t phase = 0;                  ///< meetings at the entry so far
  std::vector<uint64_t> posted, taken; ///< messages to and from each member
  std::vector<const std::byte *> slots[2], inputs;
  std::vector<std::byte *> outputs;
};

} // namespace sft::rt
