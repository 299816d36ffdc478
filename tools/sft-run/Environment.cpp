#include "tools/sft-run/Environment.h"

#include "tools/sft-run/Similar.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

void warnAboutEnvironment() {
  // SFT_LAUNCH is read by tools/run-example.sh.
  static const std::string known[] = {"SFT_FAILPOINT", "SFT_LAUNCH",
                                      "SFT_MPI_LIBRARY", "SFT_MPI_SHARED",
                                      "SFT_PIN"};
  for (char **variable = environ; *variable; ++variable) {
    std::string name(*variable);
    name.resize(std::min(name.find('='), name.size()));
    if (name.rfind("SFT_", 0) != 0 ||
        std::count(std::begin(known), std::end(known), name)) {
      continue;
    }
    std::string similar = mostSimilar(name, known);
    fprintf(stderr,
            "sft-run: warning[SFT0003] nothing reads the environment variable "
            "%s%s%s%s\n",
            name.c_str(), similar.empty() ? "" : "; did you mean ",
            similar.c_str(), similar.empty() ? "" : "?");
  }
}
