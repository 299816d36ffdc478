//===- sft-run - Trains, evaluates and predicts with a compiled plan ------===//

#include "tools/sft-run/Run.h"

#include "tools/sft-run/Environment.h"

#include <csignal>
#include <cstdio>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

void onLog(void *, sft_log_level level, int id, const char *message) {
  if (level == SFT_LOG_NOTE) {
    fprintf(stderr, "sft-run: %s\n", message);
  } else {
    fprintf(stderr, "sft-run: %s[SFT%04d] %s\n",
            level == SFT_LOG_WARNING ? "warning" : "error", id, message);
  }
}

/// A matrix product takes and returns some MB at each call. By itself glibc
/// would learn from it to keep ever larger blocks: 20 MB more for two ranks.
void limitKeptMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

} // namespace

int main(int argc, char **argv) {
  limitKeptMemory();
  // A reader that has gone is no reason to stop training.
  signal(SIGPIPE, SIG_IGN);
  sft_set_log(onLog, nullptr);
  Options options;
  if (auto status = parseOptions(argc, argv, options)) {
    return *status;
  }
  warnAboutEnvironment();
  return run(options);
}
