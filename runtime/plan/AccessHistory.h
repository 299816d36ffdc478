//===- AccessHistory.h - Who touched each byte lately -----------*- C++ -*-===//
#pragma once

#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/Segments.h"

#include <map>
#include <optional>
#include <vector>

namespace sft::rt::verify {

/// One access, as later ones of other streams see it.
struct Touch {
  uint32_t stream;
  uint64_t number; ///< of the instruction among those of its stream
  uint32_t buffer;
  bool writes;
  Site site;
};

/// A map from the arena's bytes to the last write and what has read since, the
/// last read of each stream. Costs a search and the segments that an access
/// covers.
class AccessHistory {
public:
  /// The first earlier touch of [begin, end) for which `conflicts` is true.
  template <typename Conflicts>
  std::optional<Touch> find(uint64_t begin, uint64_t end,
                            Conflicts conflicts) const {
    auto at = segments.upper_bound(begin);
    at = at == segments.begin() ? at : std::prev(at);
    for (; at != segments.end() && at->first < end; ++at) {
      for (const Touch &touch : at->second.touches) {
        if (at->second.end > begin && conflicts(touch)) {
          return touch;
        }
      }
    }
    return std::nullopt;
  }

  void add(uint64_t begin, uint64_t end, const Touch &touch) {
    if (begin >= end) {
      return;
    }
    splitAt(segments, begin);
    splitAt(segments, end);
    auto first = segments.lower_bound(begin), last = segments.lower_bound(end);
    if (touch.writes) {
      segments.erase(first, last);
      segments[begin] = {end, {touch}};
      return;
    }
    for (auto at = first; at != last; ++at) {
      std::erase_if(at->second.touches, [&](const Touch &old) {
        return !old.writes && old.stream == touch.stream;
      });
      at->second.touches.push_back(touch);
    }
    fillGaps(begin, end, touch);
  }

private:
  struct Segment {
    uint64_t end;
    std::vector<Touch> touches;
  };

  /// Bytes that nobody has touched before.
  void fillGaps(uint64_t begin, uint64_t end, const Touch &touch) {
    auto at = segments.lower_bound(begin);
    while (begin < end) {
      uint64_t gap = at == segments.end() ? end : std::min(at->first, end);
      if (begin < gap) {
        segments[begin] = {gap, {touch}};
      }
      if (at == segments.end() || at->first >= end) {
        return;
      }
      begin = at->second.end;
      ++at;
    }
  }

  std::map<uint64_t, Segment> segments; // by begin
};

} // namespace sft::rt::verify
