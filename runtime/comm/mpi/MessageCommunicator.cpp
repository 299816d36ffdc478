#include "runtime/comm/mpi/MessageCommunicator.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {

namespace {

/// Largest block that travels with its header.
constexpr size_t inlineBytes = 8 << 10;
constexpr size_t tagsPerGroup = 3;
/// MPI promises tags up to 32767 only.
constexpr uint64_t groupTags = 10'000;

} // namespace

MessageCommunicator::MessageCommunicator(std::shared_ptr<MpiWorld> world,
                                         std::shared_ptr<SharedJob> hold,
                                         uint64_t key,
                                         std::span<const int> members,
                                         const std::string &label)
    : GroupCommunicator(members, hold->self(), label), world(std::move(world)),
      job(std::move(hold)), key(key),
      collectiveTag(int(1 + key % groupTags * tagsPerGroup)),
      transferTag(collectiveTag + 1), answerTag(collectiveTag + 2),
      stage(members.size()), inputs(members.size()) {
  for (int m = 0; m < size(); ++m) {
    in.push_back(this->world->allocate(sizeof(Header) + inlineBytes));
    out.push_back(this->world->allocate(sizeof(Header) + inlineBytes));
  }
}

Status MessageCommunicator::run(const Operation &op) {
  SFT_RETURN_IF_ERROR(enter(op));
  if (op.bytes() > inlineBytes) {
    return large(op);
  }
  for (int m = 0; m < size(); ++m) {
    size_t own = op.blockwise() ? size_t(me) * op.bytes() : 0;
    inputs[size_t(m)] = m == me ? op.in + own : in[size_t(m)] + sizeof(Header);
  }
  take(op, me, {inputs, 0}, 0, op.count);
  return {};
}

//===- Messages -----------------------------------------------------------===//

Status MessageCommunicator::sendTo(int m, const void *data, size_t bytes,
                                   int tag) {
  return world->send(data, bytes, members[size_t(m)], tag, messages);
}

Status MessageCommunicator::receiveFrom(int m, void *data, size_t bytes,
                                        int tag) {
  return world->receive(data, bytes, members[size_t(m)], tag, messages);
}

Status MessageCommunicator::finish(const std::function<std::string()> &title) {
  WaitResult result;
  SFT_RETURN_IF_ERROR(world->wait(messages, job->limits, result));
  if (result == WaitResult::Done) {
    messages.clear();
    return {};
  }
  std::vector<int> missing;
  for (const Pending &message : messages) {
    if (!message.done) {
      missing.push_back(message.rank);
    }
  }
  std::ranges::sort(missing);
  missing.erase(std::ranges::unique(missing).begin(), missing.end());
  return job->giveUp(result, title(),
                     "not entered by ranks " + listOf(missing));
}

//===- Headers ------------------------------------------------------------===//

const MessageCommunicator::Header &MessageCommunicator::received(int m) const {
  return *reinterpret_cast<const Header *>(in[size_t(m)]);
}

/// Returns the length of the message to `peer`.
size_t MessageCommunicator::fillHeader(const Operation &op, int peer) {
  std::byte *message = out[size_t(peer)];
  *reinterpret_cast<Header *>(message) = {key, signatureOf(op)};
  if (!op.takes(peer, me) || op.bytes() > inlineBytes || op.count == 0) {
    return sizeof(Header);
  }
  size_t at = op.blockwise() ? size_t(peer) * op.bytes() : 0;
  memcpy(message + sizeof(Header), op.in + at, op.bytes());
  return sizeof(Header) + op.bytes();
}

Status MessageCommunicator::enter(const Operation &op) {
  for (int m = 0; m < size(); ++m) {
    if (m != me) {
      SFT_RETURN_IF_ERROR(receiveFrom(
          m, in[size_t(m)], sizeof(Header) + inlineBytes, collectiveTag));
      SFT_RETURN_IF_ERROR(
          sendTo(m, out[size_t(m)], fillHeader(op, m), collectiveTag));
    }
  }
  SFT_RETURN_IF_ERROR(finish([&] { return title(op); }));
  for (int m = 0; m < size(); ++m) {
    if (m != me && !agrees(op, m)) {
      return disagreement(title(op), signatureOf(op), m, received(m).signature);
    }
  }
  return {};
}

/// A foreign group's message can only come of ranks that run different
/// programs.
bool MessageCommunicator::agrees(const Operation &op, int m) const {
  return received(m).group == key && received(m).signature == signatureOf(op);
}

//===- Send and receive ---------------------------------------------------===//

Status MessageCommunicator::transfer(const Operation &op, int peer) {
  return op.verb == Verb::Send ? give(op, peer) : fetch(op, peer);
}

Status MessageCommunicator::give(const Operation &op, int peer) {
  auto named = [&] { return title(op, peer); };
  auto *header = reinterpret_cast<Header *>(out[size_t(peer)]);
  *header = {key, signatureOf(op)};
  SFT_RETURN_IF_ERROR(sendTo(peer, header, sizeof(Header), transferTag));
  SFT_RETURN_IF_ERROR(
      receiveFrom(peer, in[size_t(peer)], sizeof(Header), answerTag));
  SFT_RETURN_IF_ERROR(finish(named));
  if (!agrees(op, peer)) {
    return disagreement(named(), header->signature, peer,
                        received(peer).signature);
  }
  SFT_RETURN_IF_ERROR(sendTo(peer, op.in, op.bytes(), transferTag));
  return finish(named);
}

Status MessageCommunicator::fetch(const Operation &op, int peer) {
  auto named = [&] { return title(op, peer); };
  auto *header = reinterpret_cast<Header *>(out[size_t(peer)]);
  *header = {key, signatureOf(op)};
  SFT_RETURN_IF_ERROR(
      receiveFrom(peer, in[size_t(peer)], sizeof(Header), transferTag));
  SFT_RETURN_IF_ERROR(finish(named));
  // The data follows at once where it is wanted.
  bool wanted = agrees(op, peer);
  SFT_RETURN_IF_ERROR(sendTo(peer, header, sizeof(Header), answerTag));
  if (wanted) {
    SFT_RETURN_IF_ERROR(receiveFrom(peer, op.out, op.bytes(), transferTag));
  }
  SFT_RETURN_IF_ERROR(finish(named));
  return wanted ? Status()
                : disagreement(named(), header->signature, peer,
                               received(peer).signature);
}

} // namespace sft::rt
