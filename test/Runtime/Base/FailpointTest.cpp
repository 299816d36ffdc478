#include "runtime/base/Failpoint.h"

#include <cerrno>
#include <csignal>
#include <gtest/gtest.h>

namespace sft::rt {
namespace {

class Failpoint : public testing::Test {
protected:
  void TearDown() override { EXPECT_TRUE(armFailpoints(nullptr).ok()); }

  static void arm(const char *spec) {
    Status status = armFailpoints(spec);
    ASSERT_TRUE(status.ok()) << status.message();
  }
};

TEST_F(Failpoint, UnarmedDoesNothing) {
  EXPECT_EQ(failpoint("x"), FailAction::None);
}

TEST_F(Failpoint, ReturnsCallerActions) {
  arm("a:eio;b:nan");
  EXPECT_EQ(failpoint("a"), FailAction::Eio);
  EXPECT_EQ(failpoint("b"), FailAction::Nan);
  EXPECT_EQ(failpoint("c"), FailAction::None);
  EXPECT_EQ(failErrno(FailAction::Eio), EIO);
  EXPECT_EQ(failErrno(FailAction::Short), ENOSPC);
  EXPECT_EQ(failErrno(FailAction::Nan), 0);
}

TEST_F(Failpoint, Conditions) {
  arm("a@rank=2,step=100:skip");
  setFailpointContext(2, 99);
  EXPECT_EQ(failpoint("a"), FailAction::None);
  setFailpointContext(1, 100);
  EXPECT_EQ(failpoint("a"), FailAction::None);
  setFailpointContext(2, 100);
  EXPECT_EQ(failpoint("a"), FailAction::Skip);
}

TEST_F(Failpoint, OnlyTheNthHit) {
  arm("a@hit=2:skip");
  EXPECT_EQ(failpoint("a"), FailAction::None);
  EXPECT_EQ(failpoint("a"), FailAction::Skip);
  EXPECT_EQ(failpoint("a"), FailAction::None);
}

TEST_F(Failpoint, Deadly) {
  EXPECT_EXIT((arm("a:kill"), failpoint("a")), testing::KilledBySignal(SIGKILL),
              "");
  EXPECT_EXIT((arm("a:exit(3)"), failpoint("a")), testing::ExitedWithCode(3),
              "");
}

TEST_F(Failpoint, MalformedIsUsage) {
  for (const char *spec :
       {"x", "x:", ":eio", "x:explode", "x:sleep", "x:sleep()", "x:sleep(a)",
        "x:sleep(1)2", "x:eio(1)", "x:exit(-1)", "x@:eio", "x@rank:eio",
        "x@rank=a:eio", "x@rank=1,rank=2:eio", "x@day=1:eio", "x:eio;;"}) {
    Status status = armFailpoints(spec);
    EXPECT_EQ(status.code(), Code::Usage) << spec;
    EXPECT_EQ(failpoint("x"), FailAction::None) << spec;
  }
}

} // namespace
} // namespace sft::rt
