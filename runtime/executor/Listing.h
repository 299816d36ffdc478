//===- Listing.h - The instructions of an entry, in order -------*- C++ -*-===//
//
// An entry of a plan is a function that may call others. Everything in the
// executor (commands, progress, reports, traces) speaks of an instruction by
// its position in the *flat* list of its entry, calls expanded.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/plan_generated.h"

#include <string>
#include <vector>

namespace sft::rt {

/// One executed instruction: every kind but Call.
struct FlatInstruction {
  const fb::Instruction *instruction;
  uint32_t microbatch;
};

using Listing = std::vector<FlatInstruction>;

inline constexpr size_t kEntryKinds = 5;

/// The flat list of `function`; calls nest at most as deep as the verifier
/// allows.
Listing flatten(const fb::Program &program, uint32_t function);

/// The function of an entry, or null.
const fb::Entry *findEntry(const fb::Program &program, fb::EntryKind kind);

/// "all_reduce on \"data\"", "launch relu_7", ...
std::string describe(const fb::Plan &plan, const fb::Program &program,
                     const fb::Instruction &instruction);
/// "model.mlir:41:10 (\"sft.matmul\")".
std::string locate(const fb::Plan &plan, const fb::Instruction &instruction);

/// The group that a communicating instruction uses, or -1.
int64_t groupOf(const fb::Instruction &instruction);

} // namespace sft::rt
