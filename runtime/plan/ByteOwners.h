//===- ByteOwners.h - Who wrote each byte of the arena last -----*- C++ -*-===//
#pragma once

#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/Segments.h"

#include <map>

namespace sft::rt::verify {

/// A map from the arena's bytes to the buffer that wrote them last. A write
/// costs a search and removes the segments that it covers, so that a program
/// of n instructions costs O(n log n).
class ByteOwners {
public:
  struct Segment {
    uint64_t end;
    uint32_t root;   ///< the outermost buffer
    uint32_t buffer; ///< the buffer or view that was written
    Site site;
  };

  void write(uint64_t begin, uint64_t end, const Segment &owner) {
    if (begin >= end) {
      return;
    }
    splitAt(segments, begin);
    splitAt(segments, end);
    segments.erase(segments.lower_bound(begin), segments.lower_bound(end));
    segments[begin] = owner;
    segments[begin].end = end;
  }

  struct Finding {
    bool undefined = false;           ///< some byte was never written
    const Segment *foreign = nullptr; ///< or was written through another root
  };

  /// The first byte of [begin, end) that `root` did not write last.
  Finding find(uint64_t begin, uint64_t end, uint32_t root) const {
    auto next = segments.upper_bound(begin);
    auto at = next == segments.begin() ? segments.end() : std::prev(next);
    if (at == segments.end() || at->second.end <= begin) {
      return {begin < end, nullptr};
    }
    while (begin < end) {
      if (at == segments.end() || at->first > begin) {
        return {true, nullptr};
      }
      if (at->second.root != root) {
        return {false, &at->second};
      }
      begin = at->second.end;
      ++at;
    }
    return {};
  }

private:
  std::map<uint64_t, Segment> segments; // by begin
};

} // namespace sft::rt::verify
