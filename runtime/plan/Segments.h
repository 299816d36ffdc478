//===- Segments.h - Ranges of bytes that do not overlap ---------*- C++ -*-===//
#pragma once

#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

namespace sft::rt::verify {

/// Makes the segment (by begin, with its `end`) that contains `point` two.
template <typename Segment>
void splitAt(std::map<uint64_t, Segment> &segments, uint64_t point) {
  auto next = segments.lower_bound(point);
  if (next == segments.begin()) {
    return;
  }
  auto before = std::prev(next);
  if (before->second.end > point) {
    Segment rest = before->second;
    before->second.end = point;
    segments.emplace_hint(next, point, std::move(rest));
  }
}

} // namespace sft::rt::verify
