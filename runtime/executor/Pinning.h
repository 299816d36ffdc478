//===- Pinning.h - Cores for the threads of each rank -----------*- C++ -*-===//
#pragma once

#include <sched.h>

namespace sft::rt {

/// The cores of one of several ranks that share this host. To be made by the
/// rank's thread before it is pinned.
///
/// Threads are pinned only where the inherited affinity mask has a core for
/// every one of every rank, and not with SFT_PIN=no: then each rank gets cores
/// next to each other, the last one for its communication thread if it has one.
class Pinning {
public:
  Pinning(int localRank, int localSize, int threads);

  /// Whether each rank can have a core besides those of its threads.
  bool hasSpareCores() const;
  /// From now on the ranks have a communication thread each.
  void addCommunication() { communicates = true; }

  /// Pins the calling thread, and the threads that it will start.
  void pinRank() const;
  /// Pins the calling thread to the core that pinRank has left for it. Where
  /// there is none it stays with the thread of its rank, which has started it.
  void pinCommunication() const;

private:
  int width() const { return threads + int(communicates); }
  bool isWanted() const;
  void pin(int first, int count) const;

  int localRank, localSize, threads;
  bool communicates = false;
  cpu_set_t inherited;
  int cores = 0; ///< in `inherited`; 0 where it is not known
};

} // namespace sft::rt
