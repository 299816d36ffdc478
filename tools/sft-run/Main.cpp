//===- sft-run - Trains, evaluates and predicts with a compiled plan ------===//

#include "tools/sft-run/Run.h"

#include "tools/sft-run/Environment.h"

#include <csignal>
#include <cstdio>

namespace {

void onLog(void *, sft_log_level level, int id, const char *message) {
  if (level == SFT_LOG_NOTE) {
    fprintf(stderr, "sft-run: %s\n", message);
  } else {
    fprintf(stderr, "sft-run: %s[SFT%04d] %s\n",
            level == SFT_LOG_WARNING ? "warning" : "error", id, message);
  }
}

} // namespace

int main(int argc, char **argv) {
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
