//===- Trace.h - What each rank did when ------------------------*- C++ -*-===//
//
// Recorded into memory taken beforehand, written at the end as a Chrome trace
// (chrome://tracing, Perfetto): a lane for each thread of a rank, events named
// by instruction and source line. Bounded: later events are dropped and
// counted.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor/Listing.h"

#include "runtime/base/Status.h"

#include <chrono>
#include <span>

namespace sft::rt {

/// The events of one thread of a rank; used by that thread.
class TraceLane {
public:
  static constexpr size_t kMaxEvents = size_t(1) << 18;

  struct Event {
    uint64_t begin, end; ///< ns of the steady clock
    uint32_t position;   ///< in the entry's listing
    fb::EntryKind entry;
  };

  explicit TraceLane(int rank, bool communicates = false)
      : rank(rank), communicates(communicates) {
    events.reserve(kMaxEvents);
  }

  static uint64_t now() {
    return uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::chrono::steady_clock::now().time_since_epoch())
                        .count());
  }

  void add(fb::EntryKind entry, uint32_t position, uint64_t begin) {
    if (events.size() < kMaxEvents) {
      events.push_back({begin, now(), position, entry});
    } else {
      ++dropped;
    }
  }

  const int rank;
  const bool communicates; ///< of the rank's communication thread
  std::vector<Event> events;
  uint64_t dropped = 0;
};

/// Writes the lanes of this process; CannotCreate (73) or Io (74).
Status writeTrace(const std::string &path, const fb::Plan &plan,
                  std::span<const TraceLane *const> lanes);

} // namespace sft::rt
