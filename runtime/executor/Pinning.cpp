#include "runtime/executor/Pinning.h"

#include <cstdlib>
#include <cstring>
#include <sched.h>

namespace sft::rt {

void pinRank(int localRank, int localSize, int threads) {
  const char *wish = getenv("SFT_PIN");
  cpu_set_t inherited, mine;
  if (localSize < 2 || (wish && strcmp(wish, "no") == 0) ||
      sched_getaffinity(0, sizeof inherited, &inherited) != 0 ||
      CPU_COUNT(&inherited) < localSize * threads) {
    return;
  }
  CPU_ZERO(&mine);
  int first = localRank * threads, position = 0;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &inherited)) {
      if (position >= first && position < first + threads) {
        CPU_SET(cpu, &mine);
      }
      ++position;
    }
  }
  sched_setaffinity(0, sizeof mine, &mine);
}

} // namespace sft::rt
