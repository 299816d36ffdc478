// What the threads of one rank have between them.
#include "runtime/executor/CommunicationThread.h"
#include "runtime/executor/EventBoard.h"
#include "runtime/executor/Pinning.h"

#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace sft::rt;

/// Two threads hand a number back and forth, at once or after a while: no event
/// of one run is taken for that of another.
TEST(EventBoard, OrdersTwoThreadsInEveryRun) {
  EventBoard events(2, false);
  CommunicationThread other([] {});
  int64_t number = 0;
  CommunicationThread::Task task = [&] {
    EXPECT_TRUE(events.wait(0));
    number *= 2;
    events.record(1);
  };
  int64_t expected = 0;
  for (int run = 0; run < 2000; ++run) {
    events.begin();
    other.start(task);
    if (run % 100 == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    number = run;
    events.record(0);
    EXPECT_TRUE(events.wait(1));
    number += 1;
    other.finish();
    expected = 2 * run + 1;
    ASSERT_EQ(number, expected);
  }
}

TEST(EventBoard, AFailureEndsWaitsOfItsRunAlone) {
  EventBoard events(1, false);
  CommunicationThread other([] {});
  CommunicationThread::Task fails = [&] { events.fail(); };
  CommunicationThread::Task records = [&] { events.record(0); };
  for (int run = 0; run < 200; ++run) {
    bool failing = run % 2 == 0;
    events.begin();
    other.start(failing ? fails : records);
    EXPECT_EQ(events.wait(0), !failing);
    other.finish();
  }
}

TEST(CommunicationThread, SetsItselfUpFirst) {
  int order = 0;
  CommunicationThread thread([&] { order = 1; });
  CommunicationThread::Task task = [&] { EXPECT_EQ(order++, 1); };
  thread.start(task);
  thread.finish();
  EXPECT_EQ(order, 2);
}

int coresNow() {
  cpu_set_t mask;
  sched_getaffinity(0, sizeof mask, &mask);
  return CPU_COUNT(&mask);
}

/// Runs on a thread that may be pinned.
template <typename Body> void onThread(Body body) {
  std::thread thread(body);
  thread.join();
}

TEST(Pinning, GivesEachRankItsCores) {
  int cores = coresNow();
  unsetenv("SFT_PIN");
  onThread([&] {
    Pinning pinning(0, cores, 1);
    EXPECT_FALSE(pinning.hasSpareCores());
    pinning.addCommunication(); // none is left for it
    pinning.pinRank();
    EXPECT_EQ(coresNow(), cores > 1 ? 1 : cores);
  });
  onThread([&] {
    Pinning pinning(0, cores / 2, 1);
    EXPECT_TRUE(pinning.hasSpareCores() || cores < 2);
    pinning.addCommunication();
    pinning.pinRank();
    onThread([&] { pinning.pinCommunication(); });
    EXPECT_EQ(coresNow(), cores > 3 ? 1 : cores);
  });
}

} // namespace
