//===- Check.h - Partitioned equals unpartitioned ---------------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"
#include "passes/Phases.h"

#include "mlir/IR/BuiltinOps.h"

namespace sft {

struct CheckOptions {
  CompilerOptions compiler;
  int64_t steps = 3;
  int64_t seed = 0;
  double tolerance = 1e-9;
  /// Of the virtual ranks that run the partitioned program.
  reference::Timing timing;
};

/// Initialises, trains, evaluates and predicts with the model of `module` as
/// one rank and partitioned on all ranks of the mesh, and compares every output
/// and variable after each step; of the first train step every gradient, and
/// whether what is not finite stops all ranks. Prints a line a quantity to
/// `report`, or emits a diagnostic where values first differ.
llvm::LogicalResult check(mlir::ModuleOp module, const CheckOptions &options,
                          llvm::raw_ostream &report);

} // namespace sft
