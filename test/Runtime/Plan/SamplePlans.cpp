#include "test/Runtime/Plan/SamplePlans.h"

namespace sft::rt::test {
namespace {

using enum fb::EntryKind;

/// What both stages communicate at the end of a step.
void tiedWeights(FunctionBuilder &step, uint32_t group, uint32_t first,
                 uint32_t second, uint32_t loss) {
  step.fill(first);
  step.fill(second);
  step.allReduce(group, first, 11);
  step.allReduce(group, second, 12);
  step.collective(fb::CollectiveKind::Broadcast, group, loss, loss, 13);
}

} // namespace

PlanBuilder dataParallelPlan(uint32_t ranks) {
  PlanBuilder plan({{"data", ranks}});
  plan.blob(std::vector<std::byte>(100, std::byte{0x90}));
  uint32_t data = plan.group({0});
  ProgramBuilder program = plan.program("all");
  uint32_t w = program.parameter("w", {4, 2});
  uint32_t momentum = program.state("w.momentum", {4, 2});
  uint32_t input = program.input("x", {8, 4}, ranks);
  uint32_t x = program.inputBuffer(input);
  uint32_t rate = program.scalar(fb::ScalarKind::LearningRate, 0.01);
  uint32_t y = program.buffer("y", {8, 2});
  uint32_t loss = program.buffer("loss", {});
  uint32_t g = program.buffer("g", {4, 2});
  // y ends where the gradient begins: the backward kernel reads one and
  // writes the other.
  program.program->buffers[g]->offset = program.program->buffers[y]->offset;
  uint32_t lossOut = program.output("loss", fb::OutputKind::Loss, loss);
  uint32_t yOut = program.output("y", fb::OutputKind::Prediction, y);
  uint32_t square = program.kernel("square"), back = program.kernel("back"),
           step = program.kernel("step");

  FunctionBuilder init = program.entry(Initialize);
  init.fill(w, 0x3f800000);
  init.fill(momentum);

  FunctionBuilder gradients = program.entry(Gradients);
  gradients.loadBatch(input);
  gradients.contract(x, w, y);
  gradients.launch(square, {{y, 1}, {loss, 2}}, 8);
  gradients.launch(back, {{x, 1}, {y, 1}, {g, 2}}, 4);
  gradients.allReduce(data, loss, 1);
  gradients.allReduce(data, g, 2);
  gradients.output(lossOut);

  program.entry(Update).launch(step, {{g, 1}, {rate, 1}, {momentum, 3}, {w, 3}},
                               4);

  FunctionBuilder evaluate = program.entry(Evaluate);
  evaluate.loadBatch(input);
  evaluate.contract(x, w, y);
  evaluate.launch(square, {{y, 1}, {loss, 2}}, 8);
  evaluate.allReduce(data, loss, 3);
  evaluate.output(lossOut);

  FunctionBuilder predict = program.entry(Predict);
  predict.loadBatch(input);
  predict.contract(x, w, y);
  predict.output(yOut);
  return plan;
}

PlanBuilder pipelinePlan() {
  PlanBuilder plan({{"pipe", 2}});
  plan.ranks({0, 1});
  uint32_t pipe = plan.group({0});
  for (uint32_t stage : {0u, 1u}) {
    ProgramBuilder program = plan.program(stage == 0 ? "front" : "back");
    uint32_t h = program.buffer("h", {4}), dh = program.buffer("dh", {4});
    uint32_t tied = program.buffer("tied", {6});
    uint32_t norm = program.buffer("norm", {6});
    uint32_t loss = program.buffer("loss", {});
    FunctionBuilder forward = program.function("forward");
    FunctionBuilder backward = program.function("backward");
    if (stage == 0) {
      forward.fill(h);
      forward.send(h, pipe, 1, 1);
      backward.recv(dh, pipe, 1, 2);
    } else {
      forward.recv(h, pipe, 0, 1);
      backward.copy(h, dh);
      backward.send(dh, pipe, 0, 2);
    }
    FunctionBuilder step = program.entry(Gradients);
    step.fill(loss);
    for (uint32_t microbatch : {0u, 1u}) {
      step.call(forward.index(), microbatch);
      step.call(backward.index(), microbatch);
    }
    tiedWeights(step, pipe, tied, norm, loss);
  }
  return plan;
}

PlanBuilder shiftPlan() {
  PlanBuilder plan({{"data", 3}});
  ProgramBuilder program = plan.program("all");
  fb::CollectiveT shift;
  shift.kind = fb::CollectiveKind::Permute;
  shift.group = plan.group({0});
  shift.in = program.buffer("mine", {4});
  shift.out = program.buffer("next", {4});
  shift.from = {1, 2, 0};
  FunctionBuilder step = program.entry(Gradients);
  step.fill(shift.in);
  step.add(std::move(shift));
  return plan;
}

} // namespace sft::rt::test
