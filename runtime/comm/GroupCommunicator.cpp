#include "runtime/comm/GroupCommunicator.h"

#include "runtime/comm/Errors.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace sft::rt {

namespace {

const std::byte *bytesOf(const void *p) {
  return static_cast<const std::byte *>(p);
}
std::byte *bytesOf(void *p) { return static_cast<std::byte *>(p); }

Status badGroup(const std::string &message) {
  return Status::error(Code::Internal, BadGroup, message);
}

} // namespace

Status checkMembers(std::span<const int> members, int ranks, int self,
                    const std::string &label) {
  std::set<int> distinct(members.begin(), members.end());
  bool inRange =
      !distinct.empty() && *distinct.begin() >= 0 && *distinct.rbegin() < ranks;
  if (distinct.size() == members.size() && inRange && distinct.contains(self)) {
    return {};
  }
  return badGroup(format("group \"%s\": members must be distinct ranks of the "
                         "job (0 to %d) and hold the caller (%d)",
                         label.c_str(), ranks - 1, self));
}

GroupCommunicator::GroupCommunicator(std::span<const int> members, int self,
                                     std::string label)
    : members(members.begin(), members.end()), label(std::move(label)),
      me(int(std::ranges::find(members, self) - members.begin())) {}

Status GroupCommunicator::allReduce(const void *in, void *out, size_t count,
                                    DataType type, ReduceKind kind) {
  return collective(
      {Verb::AllReduce, bytesOf(in), bytesOf(out), count, type, kind});
}

Status GroupCommunicator::reduceScatter(const void *in, void *out, size_t count,
                                        DataType type, ReduceKind kind) {
  return collective(
      {Verb::ReduceScatter, bytesOf(in), bytesOf(out), count, type, kind});
}

Status GroupCommunicator::allGather(const void *in, void *out, size_t count,
                                    DataType type) {
  return collective({Verb::AllGather, bytesOf(in), bytesOf(out), count, type});
}

Status GroupCommunicator::allToAll(const void *in, void *out, size_t count,
                                   DataType type) {
  return collective({Verb::AllToAll, bytesOf(in), bytesOf(out), count, type});
}

Status GroupCommunicator::permute(const void *in, void *out, size_t count,
                                  DataType type,
                                  std::span<const uint32_t> from) {
  Operation op{Verb::Permute, bytesOf(in), bytesOf(out), count, type};
  op.from = from;
  if (!isPermutation(from)) {
    return badGroup(title(op) +
                    format(": from is no permutation of %d members", size()));
  }
  return collective(op);
}

bool GroupCommunicator::isPermutation(std::span<const uint32_t> from) {
  sends.assign(members.size(), false);
  for (uint32_t member : from) {
    if (member >= sends.size() || sends[member]) {
      return false;
    }
    sends[member] = true;
  }
  return from.size() == members.size();
}

Status GroupCommunicator::broadcast(const void *in, void *out, size_t count,
                                    DataType type, int root) {
  return collective({Verb::Broadcast, bytesOf(in), bytesOf(out), count, type,
                     ReduceKind::Sum, uint32_t(root)});
}

Status GroupCommunicator::reduce(const void *in, void *out, size_t count,
                                 DataType type, ReduceKind kind, int root) {
  return collective({Verb::Reduce, bytesOf(in), bytesOf(out), count, type, kind,
                     uint32_t(root)});
}

Status GroupCommunicator::barrier() { return collective({Verb::Barrier}); }

Status GroupCommunicator::send(const void *in, size_t count, DataType type,
                               int peer, uint32_t tag) {
  return exchange(
      {Verb::Send, bytesOf(in), nullptr, count, type, ReduceKind::Sum, tag},
      peer);
}

Status GroupCommunicator::recv(void *out, size_t count, DataType type, int peer,
                               uint32_t tag) {
  return exchange(
      {Verb::Recv, nullptr, bytesOf(out), count, type, ReduceKind::Sum, tag},
      peer);
}

Status GroupCommunicator::collective(Operation op) {
  ++sequence;
  op.place = std::exchange(place, 0);
  if (op.root >= members.size()) {
    return badGroup(title(op) + format(": root %d is not one of %d members",
                                       int(op.root), size()));
  }
  if (size() > 1) {
    return run(op);
  }
  if (op.bytes() != 0 && op.in != op.out) {
    memcpy(op.out, op.in, op.bytes());
  }
  return {};
}

Status GroupCommunicator::exchange(const Operation &op, int peer) {
  if (peer < 0 || peer >= size() || peer == me) {
    return badGroup(format("%s on \"%s\": peer %d is not another one of %d "
                           "members",
                           name(op.verb), label.c_str(), peer, size()));
  }
  return transfer(op, peer);
}

std::string GroupCommunicator::title(const Operation &op) const {
  return format("%s seq %llu on \"%s\"", name(op.verb),
                (unsigned long long)sequence, label.c_str());
}

std::string GroupCommunicator::title(const Operation &op, int peer) const {
  return format("%s %s rank %d tag %u on \"%s\"", name(op.verb),
                op.verb == Verb::Send ? "to" : "from", members[size_t(peer)],
                op.root, label.c_str());
}

Status GroupCommunicator::disagreement(const std::string &title,
                                       const Signature &own, int peer,
                                       const Signature &theirs) const {
  return Status::error(
      Code::Internal, CollectiveMismatch,
      format("%s: ranks disagree: rank %d calls %s, rank %d calls %s",
             title.c_str(), members[size_t(me)], describe(own).c_str(),
             members[size_t(peer)], describe(theirs).c_str()));
}

} // namespace sft::rt
