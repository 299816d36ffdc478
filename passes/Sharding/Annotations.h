//===- Annotations.h - What an author says about shardings ------*- C++ -*-===//
#pragma once

#include "passes/Sharding/Shardings.h"

namespace sft {

/// Priorities that occur in annotations of the module, ascending; 0 always.
llvm::SmallVector<int64_t> annotationPriorities(mlir::ModuleOp module);

/// Gives variables and results of sft.shard the shardings that annotations of
/// this priority ask for; variables that have one keep it. An error names the
/// annotated op where a dimension does not divide, and sizes that do.
llvm::LogicalResult applyAnnotations(mlir::ModuleOp module, MeshAttr mesh,
                                     int64_t priority);

/// True if propagation may not change this sharding.
bool isPinned(VariableOp variable);
bool isPinned(ShardOp op);

/// "1, 2, 4, 8": sizes that divide n, for a person to choose from.
std::string divisorsOf(int64_t n);
llvm::SmallVector<int64_t> shapeOfType(mlir::Type type);

} // namespace sft
