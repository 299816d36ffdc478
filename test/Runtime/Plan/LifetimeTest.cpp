//===- LifetimeTest.cpp - Who may write what when: P09, P14 ---------------===//
#include "test/Runtime/Plan/Expect.h"

namespace sft::rt::test {
namespace {

using namespace verify;
using enum fb::EntryKind;

/// One rank, a kernel, and an empty Gradients entry.
struct LifetimeTest : ::testing::Test {
  PlanBuilder plan{{{"data", 1}}};
  ProgramBuilder program = plan.program("all");
  uint32_t blob = plan.blob(std::vector<std::byte>(4));
  uint32_t step = program.kernel("step");
  FunctionBuilder body = program.entry(Gradients);

  fb::BufferT &at(uint32_t index) {
    return *plan.plan.programs[0]->buffers[index];
  }
  void overlay(uint32_t buffer, uint32_t on) {
    at(buffer).offset = at(on).offset;
  }
};

TEST_F(LifetimeTest, P09_OverlapWhileLive) {
  uint32_t a = program.buffer("a", {4}), b = program.buffer("b", {8});
  uint32_t out = program.buffer("out", {4});
  overlay(b, a);
  body.fill(a);
  body.fill(b);
  body.copy(a, out);
  expectError(plan, Overlap,
              {"\"a\" and \"b\" overlap while both are live",
               "instruction 2 (copy)", "instruction 1 (fill)",
               "test.mlir:3:7"});
}

TEST_F(LifetimeTest, P09_PartialOverlapWhileLive) {
  uint32_t a = program.buffer("a", {32}), b = program.buffer("b", {32});
  uint32_t out = program.buffer("out", {32});
  at(b).offset = at(a).offset + 64;
  body.fill(a);
  body.fill(b);
  body.copy(a, out);
  expectError(plan, Overlap, {"\"a\" and \"b\""});
}

TEST_F(LifetimeTest, OverlapOneAfterTheOther) {
  uint32_t a = program.buffer("a", {4}), b = program.buffer("b", {4});
  uint32_t out = program.buffer("out", {4});
  overlay(b, a);
  for (int repeat = 0; repeat < 2; ++repeat) { // as microbatches do
    body.fill(a);
    body.copy(a, out);
    body.fill(b);
    body.copy(b, out);
  }
  expectOk(plan);
}

TEST_F(LifetimeTest, InPlaceHandOver) {
  uint32_t a = program.buffer("a", {4}), b = program.buffer("b", {4});
  overlay(b, a);
  body.fill(a);
  body.launch(step, {{a, 1}, {b, 2}});
  body.launch(step, {{b, 1}, {b, 2}});
  expectOk(plan);
  body.launch(step, {{a, 1}, {b, 2}});
  expectError(plan, Overlap, {"\"a\" and \"b\""});
}

TEST_F(LifetimeTest, P09_ParameterSharesWithNothing) {
  uint32_t w = program.parameter("w", {4}), a = program.buffer("a", {4});
  overlay(a, w);
  body.fill(a);
  expectError(plan, Overlap,
              {"\"w\"", "\"a\"", "overlap while both are live",
               "\"w\" lives for the whole run"});
}

TEST_F(LifetimeTest, P14_ReadBeforeWrite) {
  uint32_t a = program.buffer("a", {4}), b = program.buffer("b", {4});
  body.copy(a, b);
  expectError(plan, ReadBeforeWrite, {"\"a\" is read before it is written"});
}

TEST_F(LifetimeTest, P14_ReadBeforeLoad) {
  uint32_t x = program.input("x", {8, 2});
  uint32_t y = program.buffer("y", {8, 2});
  body.copy(program.inputBuffer(x), y);
  expectError(plan, ReadBeforeWrite, {"\"x\" is read before it is written"});
}

TEST_F(LifetimeTest, UpdateReadsWhatGradientsWrote) {
  uint32_t g = program.buffer("g", {4}), w = program.parameter("w", {4});
  body.fill(g);
  program.entry(Update).launch(step, {{g, 1}, {w, 3}});
  expectOk(plan);
}

TEST_F(LifetimeTest, P14_EvaluateStandsAlone) {
  uint32_t g = program.buffer("g", {4}), h = program.buffer("h", {4});
  body.fill(g);
  program.entry(Evaluate).copy(g, h);
  expectError(plan, ReadBeforeWrite, {"function \"Evaluate\"", "\"g\""});
}

TEST_F(LifetimeTest, ViewsDefineTheirParent) {
  uint32_t whole = program.buffer("bucket", {8});
  uint32_t left = program.view("left", whole, 0, {4});
  uint32_t right = program.view("right", whole, 4, {4});
  uint32_t out = program.buffer("out", {8});
  body.fill(left);
  body.fill(right);
  body.copy(whole, out);
  expectOk(plan);
  // And back: whoever writes the parent defines its views.
  uint32_t part = program.buffer("part", {4});
  body.copy(right, part);
  expectOk(plan);
}

TEST_F(LifetimeTest, P14_HalfDefinedParent) {
  uint32_t whole = program.buffer("bucket", {8});
  body.fill(program.view("left", whole, 0, {4}));
  body.copy(whole, program.buffer("out", {8}));
  expectError(plan, ReadBeforeWrite, {"\"bucket\""});
}

TEST_F(LifetimeTest, PaddingIsDefinedWithItsBuffer) {
  uint32_t whole = program.buffer("bucket", {32});
  uint32_t left = program.view("left", whole, 0, {4});
  at(left).bytes = 64; // up to the next view
  body.fill(left);
  body.fill(program.view("right", whole, 16, {16}));
  body.copy(whole, program.buffer("out", {32}));
  expectOk(plan);
}

TEST_F(LifetimeTest, P14_WaitBeforeRecord) {
  body.wait(0);
  body.record(0);
  expectError(plan, BadEvent, {"waits for event 0"});
}

TEST_F(LifetimeTest, EventOutOfRange) {
  body.record(3);
  plan.plan.programs[0]->events = 3;
  expectError(plan, BadIndex, {"no event 3"});
}

TEST_F(LifetimeTest, GradientsMayNotWriteParameters) {
  body.fill(program.parameter("w", {4}));
  expectError(plan, ForbiddenWrite, {"\"w\"", "not by Gradients"});
}

TEST_F(LifetimeTest, OnlyTheRuntimeWritesScalars) {
  body.fill(program.scalar(fb::ScalarKind::Step));
  expectError(plan, ForbiddenWrite, {"\"Step\"", "runtime only"});
}

TEST_F(LifetimeTest, OnlyLoadBatchWritesInputs) {
  body.fill(program.inputBuffer(program.input("x", {8, 2})));
  expectError(plan, ForbiddenWrite, {"\"x\"", "runtime only"});
}

TEST_F(LifetimeTest, InitializeWritesEveryTensor) {
  uint32_t w = program.parameter("w", {4});
  program.state("v", {4});
  program.entry(Initialize).fill(w);
  expectError(plan, ReadBeforeWrite, {"Initialize", "\"v\""});
}

TEST_F(LifetimeTest, MicrobatchesThroughCalls) {
  uint32_t a = program.buffer("a", {4}), b = program.buffer("b", {4});
  FunctionBuilder micro = program.function("micro");
  micro.fill(a);
  micro.copy(a, b);
  body.call(micro.index(), 0);
  body.call(micro.index(), 1);
  expectOk(plan);
}

TEST_F(LifetimeTest, StridedResultDefinesItsHull) {
  uint32_t lhs = program.buffer("lhs", {2, 3});
  uint32_t rhs = program.buffer("rhs", {3, 2});
  uint32_t both = program.buffer("both", {2, 4});
  body.fill(lhs);
  body.fill(rhs);
  for (uint64_t column : {0, 2}) { // two products side by side
    uint32_t half = program.buffer("half" + std::to_string(column), {2, 2});
    uint32_t index = body.contract(lhs, rhs, half);
    auto &out = *plan.plan.programs[0]
                     ->functions[0]
                     ->instructions[index]
                     ->op.AsContract()
                     ->out;
    out.buffer = both;
    out.offset = column;
    out.strides = {4, 1};
  }
  body.copy(both, program.buffer("out", {2, 4}));
  expectOk(plan);
}

} // namespace
} // namespace sft::rt::test
