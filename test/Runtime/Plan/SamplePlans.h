//===- SamplePlans.h - Valid plans that tests break -------------*- C++ -*-===//
#pragma once

#include "test/Runtime/Plan/PlanBuilder.h"

namespace sft::rt::test {

/// y = x w on `ranks` data-parallel ranks, all running one program with every
/// entry: a kernel, a contraction, an all-reduce and an update. The buffers
/// "y" and "g" (the gradient) share bytes, one after the other.
PlanBuilder dataParallelPlan(uint32_t ranks);

/// Two stages (programs "front" and "back", ranks 0 and 1 of axis "pipe") and
/// two microbatches: activations forward, gradients back, then two all-reduces
/// of tied weights over both and a broadcast of the loss.
PlanBuilder pipelinePlan();

/// Three ranks, each of which receives what the next one holds.
PlanBuilder shiftPlan();

} // namespace sft::rt::test
