#include "runtime/executor/Pinning.h"

#include <cstdlib>
#include <cstring>

namespace sft::rt {

Pinning::Pinning(int localRank, int localSize, int threads)
    : localRank(localRank), localSize(localSize), threads(threads) {
  CPU_ZERO(&inherited);
  if (sched_getaffinity(0, sizeof inherited, &inherited) == 0) {
    cores = CPU_COUNT(&inherited);
  }
}

bool Pinning::hasSpareCores() const {
  return cores >= localSize * (threads + 1);
}

bool Pinning::isWanted() const {
  const char *wish = getenv("SFT_PIN");
  return localSize > 1 && !(wish && strcmp(wish, "no") == 0);
}

void Pinning::pinRank() const {
  if (isWanted() && cores >= localSize * width()) {
    pin(localRank * width(), threads);
  } else if (isWanted() && cores >= localSize * threads) {
    pin(localRank * threads, threads);
  }
}

void Pinning::pinCommunication() const {
  if (isWanted() && cores >= localSize * width()) {
    pin(localRank * width() + threads, 1);
  }
}

/// Pins the calling thread to `count` of the cores, from the `first` one on.
void Pinning::pin(int first, int count) const {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  int position = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &inherited)) {
      if (position >= first && position < first + count) {
        CPU_SET(cpu, &mine);
      }
      ++position;
    }
  }
  sched_setaffinity(0, sizeof mine, &mine);
}

} // namespace sft::rt
