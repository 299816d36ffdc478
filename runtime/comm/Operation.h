//===- Operation.h - One collective, as every transport sees it -*- C++ -*-===//
//
// A transport only has to bring the members' inputs within reach; what a
// member then takes out of them is the same everywhere and stands here.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt {

enum class Verb : uint8_t {
  AllReduce,
  ReduceScatter,
  AllGather,
  AllToAll,
  Broadcast,
  Reduce,
  Permute,
  Barrier,
  Send,
  Recv
};

struct Operation {
  Verb verb = Verb::Barrier;
  const std::byte *in = nullptr;
  std::byte *out = nullptr;
  size_t count = 0;
  DataType type = DataType::I8;
  ReduceKind kind = ReduceKind::Sum;
  uint32_t root = 0; ///< Broadcast, Reduce; the tag for Send and Recv
  uint8_t place = 0; ///< of collectives: which one the caller expects
  std::span<const uint32_t> from = {}; ///< Permute

  /// Bytes of `count` elements: one block.
  size_t bytes() const { return count * sizeOf(type); }
  /// True if the input holds one block for each member, not one in all.
  bool blockwise() const {
    return verb == Verb::ReduceScatter || verb == Verb::AllToAll;
  }
  /// True if member `m` takes something of member `of`'s input.
  bool takes(int m, int of) const {
    return verb == Verb::Permute ? from[size_t(m)] == uint32_t(of)
                                 : bringsInput(of);
  }
  /// True if member `m` brings an input, or receives output from others than
  /// itself (then its `out` is written by peers in the direct scheme).
  bool bringsInput(int m) const {
    return verb != Verb::Barrier &&
           (verb != Verb::Broadcast || uint32_t(m) == root);
  }
  bool outWrittenByPeers(int m) const {
    return verb == Verb::AllReduce ||
           (verb == Verb::Reduce && uint32_t(m) == root);
  }
};

/// What the members must agree on, in two words that travel.
struct Signature {
  uint64_t key = 0;
  uint64_t count = 0;
  bool operator==(const Signature &) const = default;
};
Signature signatureOf(const Operation &op);

/// "all_reduce", and "all_reduce(sum) of 12 x f32".
const char *name(Verb verb);
std::string describe(const Signature &signature);

/// Part [begin, end) of elements.
struct Range {
  size_t begin = 0, end = 0;
  size_t size() const { return end - begin; }
};
/// The `index`-th of `parts` nearly equal ranges of `count` elements; inner
/// bounds are multiples of 64 elements, so that no two share a cache line.
Range sliceOf(size_t count, int parts, int index);

/// Where the members' inputs lie within this rank's reach: the block for
/// member `b` of member `m` starts at base[m] + b * blockStride. base[m] is
/// null where m brings none.
struct Sources {
  std::span<const std::byte *const> base;
  size_t blockStride = 0;
};

/// Takes elements [offset, offset + count) of member `me`'s result out of
/// `sources`, whose blocks begin at that offset, and writes them where they
/// belong in op.out.
void take(const Operation &op, int me, const Sources &sources, size_t offset,
          size_t count);

} // namespace sft::rt
