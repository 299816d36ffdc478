// Send and receive of a SharedCommunicator: a rendezvous in a Mailbox.
#include "runtime/comm/shared/SharedCommunicator.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {

Status SharedCommunicator::transfer(const Operation &op, int peer) {
  return op.verb == Verb::Send ? give(op, peer) : fetch(op, peer);
}

Status SharedCommunicator::give(const Operation &op, int peer) {
  uint64_t address = job->peers.publish(op.in, op.bytes());
  if (address != 0 || op.count == 0) {
    return post(op, peer, address);
  }
  for (size_t at = 0; at < op.bytes(); at += slotBytes) {
    memcpy(block.member(me).sendSlot, op.in + at,
           std::min(slotBytes, op.bytes() - at));
    SFT_RETURN_IF_ERROR(post(op, peer, 0));
  }
  return {};
}

/// Announces the data (or its next piece) and waits until it is taken.
Status SharedCommunicator::post(const Operation &op, int peer,
                                uint64_t address) {
  Mailbox &box = block.mailbox(me, peer);
  uint64_t number = ++posted[size_t(peer)];
  box.sent = signatureOf(op);
  box.address = address;
  box.posted.store(number, std::memory_order_release);
  WaitResult result = waitUntil(job->limits, [&] {
    return box.taken.load(std::memory_order_acquire) == number;
  });
  if (result != WaitResult::Done) {
    return job->giveUp(result, title(op, peer), "not taken by the peer");
  }
  return box.wanted == box.sent
             ? Status()
             : disagreement(title(op, peer), box.sent, peer, box.wanted);
}

Status SharedCommunicator::fetch(const Operation &op, int peer) {
  Mailbox &box = block.mailbox(peer, me);
  size_t at = 0;
  do {
    SFT_RETURN_IF_ERROR(awaitPost(op, peer));
    size_t rest = op.bytes() - at;
    bool staged = box.address == 0;
    size_t piece = staged ? std::min(slotBytes, rest) : rest;
    const std::byte *from =
        staged ? block.member(peer).sendSlot
               : job->peers.resolve(localIndex[size_t(peer)], box.address);
    if (piece != 0) {
      memcpy(op.out + at, from, piece);
    }
    acknowledge(op, peer);
    at += piece;
  } while (at < op.bytes());
  return {};
}

Status SharedCommunicator::awaitPost(const Operation &op, int peer) {
  Mailbox &box = block.mailbox(peer, me);
  uint64_t number = ++taken[size_t(peer)];
  WaitResult result = waitUntil(job->limits, [&] {
    return box.posted.load(std::memory_order_acquire) == number;
  });
  if (result != WaitResult::Done) {
    return job->giveUp(result, title(op, peer), "not sent by the peer");
  }
  if (box.sent == signatureOf(op)) {
    return {};
  }
  Signature theirs = box.sent;
  acknowledge(op, peer);
  return disagreement(title(op, peer), signatureOf(op), peer, theirs);
}

/// Tells the sender that its data was taken, and what was wanted.
void SharedCommunicator::acknowledge(const Operation &op, int peer) {
  Mailbox &box = block.mailbox(peer, me);
  box.wanted = signatureOf(op);
  box.taken.store(taken[size_t(peer)], std::memory_order_release);
}

} // namespace sft::rt
