//===- MessageCommunicator.h - A group that spans hosts ---------*- C++ -*-===//
//
// Collectives by messages. Every operation begins with a header from each
// member to each, which carries the signature and, of a small operation, the
// input too: one message a peer, and the result is taken as from shared slots.
//
// A large reduction is cut among the members: each receives its part of every
// input, adds them (Combine.h), and hands the result on. Parts go
// in pieces; the results of one piece travel with the inputs of the next.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/comm/GroupCommunicator.h"
#include "runtime/comm/mpi/MpiWorld.h"
#include "runtime/comm/shared/SharedJob.h"

#include <functional>

namespace sft::rt {

class MessageCommunicator final : public GroupCommunicator {
public:
  /// `key` is the same on all members and for no other group of them.
  MessageCommunicator(std::shared_ptr<MpiWorld> world,
                      std::shared_ptr<SharedJob> job, uint64_t key,
                      std::span<const int> members, const std::string &label);

private:
  struct Header {
    uint64_t group;
    Signature signature;
  };
  using Messages = std::vector<Pending>;

  Status run(const Operation &op) override;
  Status transfer(const Operation &op, int peer) override;

  // Headers.
  Status enter(const Operation &op);
  size_t fillHeader(const Operation &op, int peer);
  bool agrees(const Operation &op, int m) const;
  const Header &received(int m) const;

  // Large operations.
  Status large(const Operation &op);
  Status moveBlocks(const Operation &op);
  Status reduceInRounds(const Operation &op);
  Range part(const Operation &op, int m) const;
  Range piece(const Operation &op, int m, size_t round) const;
  Status postInputs(const Operation &op, size_t round);
  Status postResults(const Operation &op, size_t round);
  void combinePiece(const Operation &op, size_t round);
  std::byte *resultOf(const Operation &op, Range piece) const;

  // Send and receive.
  Status give(const Operation &op, int peer);
  Status fetch(const Operation &op, int peer);

  Status sendTo(int m, const void *data, size_t bytes, int tag);
  Status receiveFrom(int m, void *data, size_t bytes, int tag);
  /// Waits for all messages under way. `title` is called on failure.
  Status finish(const std::function<std::string()> &title);

  std::shared_ptr<MpiWorld> world;
  std::shared_ptr<SharedJob> job;
  uint64_t key;
  int collectiveTag, transferTag, answerTag;
  Messages messages;                ///< under way
  std::vector<std::byte *> out, in; ///< header and payload, by member
  std::vector<std::byte *> stage;   ///< a piece, by member
  std::vector<const std::byte *> inputs;
};

} // namespace sft::rt
