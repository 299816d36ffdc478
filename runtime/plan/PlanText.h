//===- PlanText.h - Naming a plan's parts for people ------------*- C++ -*-===//
//
// Names come from outside: whoever prints them passes them through escaped()
// (Status::toString does).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/plan_generated.h"

#include <string>

namespace sft::rt {

/// The name in quotes, long ones cut.
std::string quoted(const flatbuffers::String *name);
/// "launch", "all_reduce", "send", ...
std::string mnemonic(const fb::Instruction &instruction);
/// `model.mlir:41:10 ("sft.matmul")`.
std::string placeOf(const fb::Plan &plan, const fb::Instruction &instruction);
/// `function "step" instruction 7 (all_reduce) at model.mlir:41:10 (...)`.
std::string siteText(const fb::Plan &plan, const fb::Program &program,
                     uint32_t function, uint32_t index);
/// "64x128xf32".
std::string shapeText(const fb::Buffer &buffer);

} // namespace sft::rt
