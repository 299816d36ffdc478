#include "Ranks.h"

#include <gtest/gtest.h>

using namespace sft::rt;

/// The same tests run on every rank; what all say alike, rank 0 says.
int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!test::isMpiRank()) {
    return RUN_ALL_TESTS();
  }
  if (Status status = test::openMpi(); !status.ok()) {
    fprintf(stderr, "%s\n", status.toString().c_str());
    return int(status.code());
  }
  if (test::mpiRank() != 0) {
    testing::GTEST_FLAG(brief) = true;
  }
  int result = RUN_ALL_TESTS();
  test::closeMpi();
  return result;
}
