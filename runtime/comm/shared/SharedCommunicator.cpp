#include "runtime/comm/shared/SharedCommunicator.h"

#include "runtime/comm/Combine.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {

namespace {

/// Up to here one meeting and a copy through other cores' caches beat two
/// meetings (measured on two cores).
constexpr size_t smallBytes = 1 << 10;
/// Reduced, then handed on while it is in the first-level cache; short enough
/// for memcpy to use vector stores.
constexpr size_t pieceBytes = 8 << 10;

size_t blocksIn(const Operation &op, int members) {
  return op.blockwise() ? size_t(members) : 1;
}

} // namespace

Expected<std::unique_ptr<Communicator>>
SharedCommunicator::make(std::shared_ptr<SharedJob> job,
                         std::span<const int> members,
                         const std::string &label) {
  SFT_ASSIGN_OR_RETURN(GroupBlock block, job->joinGroup(members, label));
  return std::unique_ptr<Communicator>(
      new SharedCommunicator(std::move(job), block, members, label));
}

SharedCommunicator::SharedCommunicator(std::shared_ptr<SharedJob> hold,
                                       GroupBlock block,
                                       std::span<const int> members,
                                       const std::string &label)
    : GroupCommunicator(members, hold->self(), label), job(std::move(hold)),
      block(block), posted(members.size()), taken(members.size()),
      inputs(members.size()), outputs(members.size()) {
  for (int m = 0; m < size(); ++m) {
    localIndex.push_back(job->localIndexOf(members[size_t(m)]));
    slots[0].push_back(block.member(m).slot[0]);
    slots[1].push_back(block.member(m).slot[1]);
  }
}

Status SharedCommunicator::run(const Operation &op) {
  bool small = op.bytes() * blocksIn(op, size()) <= smallBytes;
  return small ? staged(op) : large(op);
}

//===- The two meetings ---------------------------------------------------===//

Status SharedCommunicator::enter(const Operation &op, uint64_t in,
                                 uint64_t out) {
  ++phase;
  Entry &mine = entryOf(me);
  mine.signature = signatureOf(op);
  mine.in = in;
  mine.out = out;
  mine.phase.store(phase, std::memory_order_release);
  auto hasEntered = [&](int m) {
    return entryOf(m).phase.load(std::memory_order_acquire) == phase;
  };
  for (int m = 0; m < size(); ++m) {
    WaitResult result = waitUntil(job->limits, [&] { return hasEntered(m); });
    if (result != WaitResult::Done) {
      return giveUp(result, op, "entered", hasEntered);
    }
  }
  return checkEntries(op);
}

Status SharedCommunicator::leave(const Operation &op) {
  block.member(me).left.store(phase, std::memory_order_release);
  auto hasLeft = [&](int m) {
    return block.member(m).left.load(std::memory_order_acquire) >= phase;
  };
  for (int m = 0; m < size(); ++m) {
    WaitResult result = waitUntil(job->limits, [&] { return hasLeft(m); });
    if (result != WaitResult::Done) {
      return giveUp(result, op, "finished", hasLeft);
    }
  }
  return {};
}

Status SharedCommunicator::checkEntries(const Operation &op) const {
  Signature own = signatureOf(op);
  for (int m = 0; m < size(); ++m) {
    if (entryOf(m).signature != own) {
      return disagreement(title(op), own, m, entryOf(m).signature);
    }
  }
  return {};
}

Status
SharedCommunicator::giveUp(WaitResult result, const Operation &op,
                           const char *done,
                           const std::function<bool(int)> &isDone) const {
  std::vector<int> missing;
  for (int m = 0; m < size(); ++m) {
    if (!isDone(m)) {
      missing.push_back(members[size_t(m)]);
    }
  }
  return job->giveUp(
      result, title(op),
      format("not %s by ranks %s", done, listOf(missing).c_str()));
}

//===- Staged -------------------------------------------------------------===//

Status SharedCommunicator::staged(const Operation &op) {
  size_t width = sizeOf(op.type);
  size_t most = slotBytes / (width * blocksIn(op, size()));
  size_t offset = 0;
  do {
    size_t count = std::min(most, op.count - offset);
    fillSlot(op, offset, count);
    SFT_RETURN_IF_ERROR(enter(op, 0, 0));
    take(op, me, {slots[phase & 1], count * width}, offset, count);
    offset += count;
  } while (offset < op.count);
  return {};
}

void SharedCommunicator::fillSlot(const Operation &op, size_t offset,
                                  size_t count) {
  if (!op.bringsInput(me) || count == 0) {
    return;
  }
  size_t width = sizeOf(op.type);
  std::byte *slot = block.member(me).slot[(phase + 1) & 1];
  for (size_t b = 0; b < blocksIn(op, size()); ++b) {
    memcpy(slot + b * count * width, op.in + b * op.bytes() + offset * width,
           count * width);
  }
}

//===- Direct -------------------------------------------------------------===//

Status SharedCommunicator::large(const Operation &op) {
  const PeerMemory &memory = job->peers;
  uint64_t in = op.bringsInput(me)
                    ? memory.publish(op.in, op.bytes() * blocksIn(op, size()))
                    : 0;
  uint64_t out =
      op.outWrittenByPeers(me) ? memory.publish(op.out, op.bytes()) : 0;
  SFT_RETURN_IF_ERROR(enter(op, in, out));
  if (!resolveBuffers(op)) {
    return staged(op);
  }
  direct(op);
  return leave(op);
}

/// False if some member's buffer is out of reach; all members see the same.
bool SharedCommunicator::resolveBuffers(const Operation &op) {
  for (int m = 0; m < size(); ++m) {
    const Entry &entry = entryOf(m);
    if ((op.bringsInput(m) && entry.in == 0) ||
        (op.outWrittenByPeers(m) && entry.out == 0)) {
      return false;
    }
    int peer = localIndex[size_t(m)];
    inputs[size_t(m)] = job->peers.resolve(peer, entry.in);
    outputs[size_t(m)] = job->peers.resolve(peer, entry.out);
  }
  return true;
}

void SharedCommunicator::direct(const Operation &op) {
  if (op.verb == Verb::AllReduce) {
    return reduceSliceToAll(op);
  }
  if (op.verb == Verb::Reduce) {
    Range slice = sliceOf(op.count, size(), me);
    size_t at = slice.begin * sizeOf(op.type);
    return combine(outputs[op.root] + at, inputs, at, slice.size(), op.type,
                   op.kind);
  }
  take(op, me, {inputs, op.bytes()}, 0, op.count);
}

void SharedCommunicator::reduceSliceToAll(const Operation &op) {
  Range slice = sliceOf(op.count, size(), me);
  size_t width = sizeOf(op.type);
  size_t piece = pieceBytes / width;
  for (size_t begin = slice.begin; begin < slice.end; begin += piece) {
    size_t count = std::min(piece, slice.end - begin);
    std::byte *reduced = op.out + begin * width;
    combine(reduced, inputs, begin * width, count, op.type, op.kind);
    for (int m = 0; m < size(); ++m) {
      if (m != me) {
        memcpy(outputs[size_t(m)] + begin * width, reduced, count * width);
      }
    }
  }
}

} // namespace sft::rt
