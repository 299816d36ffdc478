#include "runtime/comm/Operation.h"

#include "runtime/comm/Combine.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sft::rt {

/// FNV-1a: members that permute otherwise disagree.
static uint32_t hashOf(std::span<const uint32_t> from) {
  uint32_t hash = 0x811c9dc5;
  for (uint32_t member : from) {
    hash = (hash ^ member) * 0x01000193;
  }
  return hash;
}

Signature signatureOf(const Operation &op) {
  // Sender and receiver call different verbs and still must agree.
  Verb verb = op.verb == Verb::Recv ? Verb::Send : op.verb;
  uint32_t root = op.verb == Verb::Permute ? hashOf(op.from) : op.root;
  uint64_t key = uint64_t(verb) | uint64_t(op.type) << 8 |
                 uint64_t(op.kind) << 16 | uint64_t(op.place) << 24 |
                 uint64_t(root) << 32;
  return {key, op.count};
}

const char *name(Verb verb) {
  static const char *const names[] = {
      "all_reduce", "reduce_scatter", "all_gather", "all_to_all", "broadcast",
      "reduce",     "permute",        "barrier",    "send",       "recv"};
  return size_t(verb) < std::size(names) ? names[size_t(verb)] : "?";
}

std::string describe(const Signature &signature) {
  static const char *const kinds[] = {"sum", "max", "min"};
  auto verb = Verb(signature.key & 0xff);
  auto root = unsigned(signature.key >> 32);
  std::string text = name(verb);
  if (verb == Verb::Barrier) {
    return text;
  }
  if (verb == Verb::AllReduce || verb == Verb::ReduceScatter ||
      verb == Verb::Reduce) {
    text +=
        format("(%s)", kinds[std::min<size_t>(signature.key >> 16 & 0xff, 2)]);
  }
  text += format(" of %llu x %s", (unsigned long long)signature.count,
                 name(DataType(signature.key >> 8 & 0xff)));
  if (verb == Verb::Broadcast || verb == Verb::Reduce) {
    text += format(" root %u", root);
  }
  if (verb == Verb::Permute) {
    text += format(" by permutation %08x", root);
  }
  if (auto place = unsigned(signature.key >> 24 & 0xff)) {
    text += format(" (number %u)", place);
  }
  return verb == Verb::Send ? text + format(" tag %u", root) : text;
}

Range sliceOf(size_t count, int parts, int index) {
  constexpr size_t grain = 64;
  size_t grains = (count + grain - 1) / grain;
  auto bound = [&](int i) {
    return std::min(count, grains * size_t(i) / size_t(parts) * grain);
  };
  return {bound(index), bound(index + 1)};
}

namespace {

void copy(std::byte *to, const std::byte *from, size_t bytes) {
  if (bytes != 0 && to != from) {
    memcpy(to, from, bytes);
  }
}

/// Each member begins with its own block, so that not all read one member's
/// memory at once.
void takeBlocks(const Operation &op, int me, const Sources &sources,
                size_t offset, size_t bytes) {
  int members = int(sources.base.size());
  size_t skip = op.blockwise() ? size_t(me) * sources.blockStride : 0;
  for (int i = 0; i < members; ++i) {
    auto m = size_t((me + i) % members);
    copy(op.out + m * op.bytes() + offset, sources.base[m] + skip, bytes);
  }
}

void takeReduced(const Operation &op, int me, const Sources &sources,
                 std::byte *out, size_t count) {
  if (!op.blockwise()) {
    return combine(out, sources.base, 0, count, op.type, op.kind);
  }
  combine(out, sources.base, size_t(me) * sources.blockStride, count, op.type,
          op.kind);
}

} // namespace

void take(const Operation &op, int me, const Sources &sources, size_t offset,
          size_t count) {
  size_t bytes = count * sizeOf(op.type);
  size_t at = offset * sizeOf(op.type);
  switch (op.verb) {
  case Verb::AllReduce:
  case Verb::ReduceScatter:
    return takeReduced(op, me, sources, op.out + at, count);
  case Verb::Reduce:
    if (uint32_t(me) == op.root) {
      takeReduced(op, me, sources, op.out + at, count);
    }
    return;
  case Verb::AllGather:
  case Verb::AllToAll:
    return takeBlocks(op, me, sources, at, bytes);
  case Verb::Broadcast:
    return copy(op.out + at, sources.base[op.root], bytes);
  case Verb::Permute:
    return copy(op.out + at, sources.base[op.from[size_t(me)]], bytes);
  case Verb::Barrier:
  case Verb::Send:
  case Verb::Recv:
    return;
  }
}

} // namespace sft::rt
