//===- WriteSamples.cpp - The seeds of the plan fuzzer --------------------===//
//
// sft-write-sample-plans FOLDER: writes the sample plans as files; run it with
// test/Fuzz/corpus/plan when the format has changed.
//
//===----------------------------------------------------------------------===//
#include "test/Runtime/Plan/SamplePlans.h"

#include <cstdio>

using namespace sft::rt::test;

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 64;
  }
  std::string folder = argv[1];
  dataParallelPlan(1).save(folder + "/one-rank.plan");
  dataParallelPlan(2).save(folder + "/data-parallel.plan");
  pipelinePlan().save(folder + "/pipeline.plan");
  shiftPlan().save(folder + "/shift.plan");
  return 0;
}
