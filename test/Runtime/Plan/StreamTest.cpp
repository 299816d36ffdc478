//===- StreamTest.cpp - Events order what streams do ----------------------===//
#include "test/Runtime/Plan/Expect.h"

namespace sft::rt::test {
namespace {

using namespace verify;
using enum fb::EntryKind;

/// Two ranks; g is reduced on stream 1 while h is computed on stream 0:
///
///   0 fill g   1 record 0    5 fill h   6 wait 1   7 copy g -> out
///              2 wait 0, 3 all_reduce g, 4 record 1
struct StreamTest : ::testing::Test {
  PlanBuilder plan{{{"data", 2}}};
  uint32_t data = plan.group({0});
  ProgramBuilder program = plan.program("all");
  FunctionBuilder body = program.entry(Gradients);
  uint32_t g = program.buffer("g", {4}), h = program.buffer("h", {4});
  uint32_t out = program.buffer("out", {4});

  void SetUp() override {
    body.fill(g);
    body.record(0);
    onStream(1, body.wait(0));
    onStream(1, body.allReduce(data, g));
    onStream(1, body.record(1));
    body.fill(h);
    body.wait(1);
    body.copy(g, out);
  }

  auto &instructions() {
    return plan.plan.programs[0]->functions[0]->instructions;
  }
  void onStream(uint32_t stream, uint32_t index) {
    instructions()[index]->stream = stream;
  }
  void drop(uint32_t index) {
    instructions().erase(instructions().begin() + index);
  }
  void swap(uint32_t a, uint32_t b) {
    std::swap(instructions()[a], instructions()[b]);
  }
  fb::BufferT &at(uint32_t index) {
    return *plan.plan.programs[0]->buffers[index];
  }
};

TEST_F(StreamTest, Beside) { expectOk(plan); }

TEST_F(StreamTest, WaitOfTheUserRemoved) {
  drop(6);
  expectError(plan, Race,
              {"stream 0 reads buffer \"g\" while stream 1 may still write "
               "\"g\" in the same bytes",
               "instruction 6 (copy)", "instruction 3 (all_reduce)",
               "test.mlir:3:7"});
}

TEST_F(StreamTest, WaitOfTheCollectiveRemoved) {
  drop(2);
  expectError(plan, Race,
              {"stream 1 reads buffer \"g\" while stream 0 may still write",
               "instruction 2 (all_reduce)", "instruction 0 (fill)"});
}

TEST_F(StreamTest, RecordedTooEarly) {
  swap(0, 1);
  expectError(plan, Race, {"stream 1 reads buffer \"g\" while stream 0"});
}

TEST_F(StreamTest, RecordedAheadOfTheCollective) {
  swap(3, 4);
  expectError(plan, Race, {"stream 0 reads buffer \"g\" while stream 1"});
}

TEST_F(StreamTest, AwaitedBehindTheUse) {
  swap(6, 7);
  expectError(plan, Race, {"stream 0 reads buffer \"g\""});
}

TEST_F(StreamTest, BytesUnderWayAreGivenToAnother) {
  // What arrives goes elsewhere, and h takes the bytes that are being sent.
  fb::CollectiveT &reduce = *instructions()[3]->op.AsCollective();
  reduce.out = out;
  drop(7);
  expectOk(plan);
  at(h).offset = at(g).offset;
  expectError(plan, Race,
              {"stream 0 writes buffer \"h\" while stream 1 may still read "
               "\"g\""});
}

TEST_F(StreamTest, BothMayRead) {
  fb::CollectiveT &reduce = *instructions()[3]->op.AsCollective();
  reduce.out = h;
  drop(5);
  swap(5, 6); // g is read while it is sent
  expectOk(plan);
}

TEST_F(StreamTest, RecordRemoved) {
  drop(1);
  expectError(plan, BadEvent, {"waits for event 0 before it is recorded"});
}

TEST_F(StreamTest, EventsOfAnotherEntryDoNotCount) {
  program.entry(Update).wait(1);
  expectError(plan, BadEvent, {"function \"Update\"", "event 1"});
}

TEST_F(StreamTest, CommunicationOnTwoStreams) {
  body.allReduce(data, h, 1);
  expectError(plan, BadStream,
              {"communicates on stream 0, but on stream 1 in",
               "instruction 8 (all_reduce)", "instruction 3 (all_reduce)"});
}

TEST_F(StreamTest, StreamOutOfRange) {
  onStream(kMaxStreams, 5);
  expectError(plan, BadIndex, {"no stream 64"});
}

TEST_F(StreamTest, OrderIsPassedOnThroughAThirdStream) {
  // Stream 2 waits for stream 1, and stream 0 for stream 2 alone.
  instructions()[6]->op.AsWait()->event = 2;
  onStream(2, body.wait(1));
  onStream(2, body.record(2));
  auto &list = instructions();
  std::rotate(list.begin() + 5, list.end() - 2, list.end());
  expectOk(plan);
}

TEST_F(StreamTest, AWaitIsForTheLastRecord) {
  // A second round with the same events.
  body.fill(g);
  body.record(0);
  onStream(1, body.wait(0));
  onStream(1, body.allReduce(data, g, 1));
  onStream(1, body.record(1));
  body.wait(1);
  body.copy(g, out);
  expectOk(plan);
  drop(13);
  expectError(plan, Race, {"stream 0 reads buffer \"g\""});
}

} // namespace
} // namespace sft::rt::test
