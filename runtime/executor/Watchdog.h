//===- Watchdog.h - No wait without an end ----------------------*- C++ -*-===//
//
// One thread a process that wakes ten times a second and looks at the progress
// of every rank that it can see. When a local rank has stood still for the
// timeout, it reports where every rank is, writes flight-rank-N.jsonl, aborts
// the transports, and, where that does not bring the rank threads back within
// two seconds (a kernel that loops), ends the process with status 75: there is
// no other way to stop such a thread. A rank for which the others merely wait
// is named once in a warning.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor/Rank.h"
#include "runtime/executor/Straggler.h"

#include <condition_variable>
#include <thread>

namespace sft::rt {

class Watchdog {
public:
  /// `transports`: of the local ranks. They must outlive this.
  Watchdog(const fb::Plan &plan, std::span<Transport *const> transports,
           std::chrono::milliseconds timeout);
  ~Watchdog();

  /// Progress of a rank is watched between arm and disarm only: a step that
  /// nobody runs is not late. `local` is an index in `transports`.
  void arm(size_t local);
  void disarm(size_t local);

  /// Whether a deadline has passed; the report (SFT0420) is in the log then.
  bool hasBarked() const { return barked; }

private:
  struct Watched {
    std::atomic<bool> armed{false};
    uint64_t seen = 0; ///< position when it last moved
    std::chrono::steady_clock::time_point since;
  };

  void loop();
  void lookForStragglers();
  bool isLate(size_t local, std::chrono::steady_clock::time_point now);
  void bark(size_t local);
  void biteAfterGrace();

  const fb::Plan &plan;
  std::vector<Transport *> transports;
  std::chrono::milliseconds timeout;
  std::vector<Watched> ranks;
  std::optional<StragglerWatch> stragglers; ///< in the main rank's process
  mutable std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::atomic<bool> barked{false};
  std::thread thread;
};

/// Keeps a rank's watch armed for a scope.
class WatchScope {
public:
  WatchScope(Watchdog &watchdog, size_t local)
      : watchdog(watchdog), local(local) {
    watchdog.arm(local);
  }
  ~WatchScope() { watchdog.disarm(local); }
  WatchScope(const WatchScope &) = delete;

private:
  Watchdog &watchdog;
  size_t local;
};

} // namespace sft::rt
