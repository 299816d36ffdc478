//===- Communication.h - What a program tells other ranks -------*- C++ -*-===//
#pragma once

#include "runtime/plan/PlanWalk.h"

#include <set>

namespace sft::rt::verify {

/// A collective, send or receive of one program, in the order of execution.
struct Message {
  Site site;
  fb::Operation operation; ///< Collective, Send or Recv
  uint32_t group;
  uint32_t peer; ///< or the root
  uint32_t tag;
  fb::DataType type;
  uint64_t elements; ///< that go in
  fb::CollectiveKind kind = fb::CollectiveKind::MIN;
  fb::ReduceKind reduce = fb::ReduceKind::MIN;
  std::vector<uint32_t> from = {}; ///< of a permute

  bool isCollective() const { return operation == fb::Operation::Collective; }
  /// A send is the peer of a receive.
  bool isPeerOf(const Message &other) const {
    return !isCollective() && !other.isCollective() &&
           operation != other.operation;
  }
  /// Agrees with the other side (send and receive) or another member.
  bool fits(const Message &other) const;
  /// "all_reduce of 64 f32, tag 3, ...".
  std::string text() const;
};

/// What the entry of a program communicates in the groups with a true in
/// `wanted`; empty where there is no entry. An error where two of the messages
/// could be swapped unnoticed.
Expected<std::vector<Message>> messagesOf(const fb::Plan &plan,
                                          const fb::Program &program,
                                          fb::EntryKind entry,
                                          const std::vector<bool> &wanted);

/// Groups in which something is sent or received.
std::set<uint32_t> groupsOfPeers(const fb::Plan &plan);

} // namespace sft::rt::verify
