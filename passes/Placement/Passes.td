//===- Passes.td - Buffers and instructions -----------------*- tablegen -*-===//
#ifndef SFT_PLACEMENT_PASSES_TD
#define SFT_PLACEMENT_PASSES_TD

include "passes/PassBase.td"

def PlanMemory : Sft_ModulePass<"sft-plan-memory"> {
  let summary = "Gives every value its bytes; steps become a plan.program";
  let description = [{
    1. Values share storage where they must: a view with its source, an in-place
       result with its operand, the members of a bucket with the bucket, a
       variable's new value with the variable (if nothing reads the old one
       later and no guard stands between; else it is copied at the end).
    2. Variables, inputs and scalars live for the whole run. Temporaries live from
       their definition to their last use; largest first, each gets the lowest
       offset at which nothing that lives at the same time stands (greedy by
       size, Pisarchyk & Lee 2020). Steps do not run at the same time and share
       the same bytes.
    3. Each step becomes a plan.function; a train step two, at its guard.

    The arena's size is the exact peak: nothing else is allocated in a step.

    Assumes: the exit of the phase Partition; inputs have a global type and a
    sharding.
  }];
  let dependentDialects = ["::sft::SftDialect", "::sft::plan::PlanDialect"];
}

def VerifyPlacement : Sft_ModulePass<"sft-verify-placement"> {
  let summary = "Exit of the phase: every byte has its place, and no live one two owners";
  let description = [{
    1. A module has a plan.program and no step or variable is left.
    2. Buffers lie within the arena; parts within their bucket.
    3. Buffers that live for the whole run share bytes with none but their parts.
    4. What an instruction reads was written last by the buffer that it names.
  }];
}

#endif // SFT_PLACEMENT_PASSES_TD
