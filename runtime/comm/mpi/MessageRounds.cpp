// Large operations of a MessageCommunicator.
#include "runtime/comm/Combine.h"
#include "runtime/comm/mpi/MessageCommunicator.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {

namespace {

constexpr size_t pieceBytes = 256 << 10;

size_t pieceCount(const Operation &op) { return pieceBytes / sizeOf(op.type); }

} // namespace

Status MessageCommunicator::large(const Operation &op) {
  bool reduces = op.verb == Verb::AllReduce || op.verb == Verb::Reduce ||
                 op.verb == Verb::ReduceScatter;
  return reduces ? reduceInRounds(op) : moveBlocks(op);
}

Status MessageCommunicator::moveBlocks(const Operation &op) {
  size_t bytes = op.bytes();
  auto blockFor = [&](int m) {
    return op.in + (op.blockwise() ? size_t(m) * bytes : 0);
  };
  auto blockFrom = [&](int m) {
    bool isOne = op.verb == Verb::Broadcast || op.verb == Verb::Permute;
    return op.out + (isOne ? 0 : size_t(m) * bytes);
  };
  for (int m = 0; m < size(); ++m) {
    if (m != me && op.takes(me, m)) {
      SFT_RETURN_IF_ERROR(receiveFrom(m, blockFrom(m), bytes, collectiveTag));
    }
    if (m != me && op.takes(m, me)) {
      SFT_RETURN_IF_ERROR(sendTo(m, blockFor(m), bytes, collectiveTag));
    }
  }
  if (op.takes(me, me) && blockFor(me) != blockFrom(me)) {
    memcpy(blockFrom(me), blockFor(me), bytes);
  }
  return finish([&] { return title(op); });
}

/// The elements of every input that member `m` adds up.
Range MessageCommunicator::part(const Operation &op, int m) const {
  size_t first = size_t(m) * op.count;
  return op.blockwise() ? Range{first, first + op.count}
                        : sliceOf(op.count, size(), m);
}

Range MessageCommunicator::piece(const Operation &op, int m,
                                 size_t round) const {
  Range whole = part(op, m);
  auto bound = [&](size_t r) {
    return std::min(whole.end, whole.begin + r * pieceCount(op));
  };
  return {bound(round), bound(round + 1)};
}

Status MessageCommunicator::reduceInRounds(const Operation &op) {
  for (std::byte *&buffer : stage) {
    buffer = buffer ? buffer : world->allocate(pieceBytes);
  }
  size_t longest = 0;
  for (int m = 0; m < size(); ++m) {
    longest = std::max(longest, part(op, m).size());
  }
  size_t rounds = (longest + pieceCount(op) - 1) / pieceCount(op);
  for (size_t round = 0; round <= rounds; ++round) {
    SFT_RETURN_IF_ERROR(postInputs(op, round));
    if (round > 0) {
      SFT_RETURN_IF_ERROR(postResults(op, round - 1));
    }
    SFT_RETURN_IF_ERROR(finish([&] { return title(op); }));
    combinePiece(op, round);
  }
  return {};
}

Status MessageCommunicator::postInputs(const Operation &op, size_t round) {
  size_t width = sizeOf(op.type);
  for (int m = 0; m < size(); ++m) {
    if (m != me) {
      Range theirs = piece(op, m, round), mine = piece(op, me, round);
      SFT_RETURN_IF_ERROR(
          receiveFrom(m, stage[size_t(m)], mine.size() * width, collectiveTag));
      SFT_RETURN_IF_ERROR(sendTo(m, op.in + theirs.begin * width,
                                 theirs.size() * width, collectiveTag));
    }
  }
  return {};
}

/// Where this member puts the sum of a piece of its part.
std::byte *MessageCommunicator::resultOf(const Operation &op,
                                         Range piece) const {
  if (op.verb == Verb::Reduce && uint32_t(me) != op.root) {
    return stage[size_t(me)]; // there is no out
  }
  size_t first = op.blockwise() ? part(op, me).begin : 0;
  return op.out + (piece.begin - first) * sizeOf(op.type);
}

Status MessageCommunicator::postResults(const Operation &op, size_t round) {
  size_t width = sizeOf(op.type);
  Range mine = piece(op, me, round);
  for (int m = 0; m < size(); ++m) {
    Range theirs = piece(op, m, round);
    if (m != me && op.outWrittenByPeers(me)) {
      SFT_RETURN_IF_ERROR(receiveFrom(m, op.out + theirs.begin * width,
                                      theirs.size() * width, collectiveTag));
    }
    if (m != me && op.outWrittenByPeers(m)) {
      SFT_RETURN_IF_ERROR(
          sendTo(m, resultOf(op, mine), mine.size() * width, collectiveTag));
    }
  }
  return {};
}

void MessageCommunicator::combinePiece(const Operation &op, size_t round) {
  Range mine = piece(op, me, round);
  for (int m = 0; m < size(); ++m) {
    inputs[size_t(m)] =
        m == me ? op.in + mine.begin * sizeOf(op.type) : stage[size_t(m)];
  }
  combine(resultOf(op, mine), inputs, 0, mine.size(), op.type, op.kind);
}

} // namespace sft::rt
