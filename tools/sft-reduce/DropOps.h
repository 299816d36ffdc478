//===- DropOps.h - A model with fewer ops -----------------------*- C++ -*-===//
#pragma once

namespace sft {

/// Registers --sft-drop-ops=test=SCRIPT: does without one op after the other,
/// last ones first, as long as SCRIPT ends with status 1 ("interesting") for
/// the file that it is given, and until no op can go. What used the result of
/// an op gets an operand of the same type instead, or else a constant.
/// MLIR's --reduction-tree drops ops with their users only, which a model
/// seldom survives.
void registerDropOps();

} // namespace sft
