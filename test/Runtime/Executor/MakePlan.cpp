// sft-test-make-plan OUT [ranks=N] [batch=N] [features=N] [fault=KERNEL]
//                        [extent=N] [padding=N] [streams=1]
#include "test/Runtime/Executor/TestPlan.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
  sft::test::TestPlan plan;
  for (int i = 2; i < argc; ++i) {
    std::string text = argv[i], key = text.substr(0, text.find('='));
    std::string value = text.substr(text.find('=') + 1);
    int64_t number = atoll(value.c_str());
    if (key == "ranks") {
      plan.ranks = uint32_t(number);
    } else if (key == "batch") {
      plan.batch = number;
    } else if (key == "features") {
      plan.features = number;
    } else if (key == "fault") {
      plan.fault = value;
    } else if (key == "extent") {
      plan.faultExtent = number;
    } else if (key == "padding") {
      plan.padding = int(number);
    } else if (key == "streams") {
      plan.streams = number != 0;
    } else {
      fprintf(stderr, "unknown argument %s\n", argv[i]);
      return 64;
    }
  }
  plan.write(argv[1]);
}
