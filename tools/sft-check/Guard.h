//===- Guard.h - What is not finite stops all ranks -------------*- C++ -*-===//
#pragma once

#include "Locate.h"

namespace sft {

/// Batches that are finite never make a guard stop, so that nothing else shows
/// whether ranks agree on it. Runs the step, partitioned, with a NaN in one
/// element of what the guard looks at, on the ranks that hold it: all ranks
/// have to stop.
llvm::LogicalResult checkGuard(mlir::ModuleOp model, const Scene &scene,
                               const CompilerOptions &options);

} // namespace sft
