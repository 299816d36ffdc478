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
    4. A collective that is awaited goes on stream 1, between an event that the
       compute stream (0) records ahead of it and one that the latter waits for
       where the await stands. Until then it keeps its bytes.

    The arena's size is the exact peak of all that the program names; the matrix
    library's own room (runtime/device/README.md) is not in it.

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
    5. Where an instruction of one stream writes bytes that one of another reads
       or writes, events order the two; each event is recorded before it is
       awaited, and communication stays on one stream.
  }];
}

def VerifyCommunication : Pass<"sft-verify-communication", "::mlir::ModuleOp"> {
  let summary = "All ranks communicate alike, and none waits for ever";
  let description = [{
    1. Every rank runs one plan.program, and all programs have the same entries.
    2. No two messages of an entry look the same to the other side: a swap would
       go unnoticed.
    3. Within a function, the tags of collectives do not fall: of two that have
       changed places, every rank might still find its partners.
    4. What the members of a group do next agrees: kind, reduction, type, size,
       group, root and tag; a send meets the receive of its peer.
    5. No ranks wait for each other in a circle, where a send ends with its
       receive and a collective with its last member.

    Each entry runs once with one rank for each role; axes along which all ranks
    run one program and nothing is sent are left out, so that the check costs
    what the programs cost. The loader proves the same of the file.
  }];
}

#endif // SFT_PLACEMENT_PASSES_TD
