//===- Steps.h - What some passes do, for those that try it -----*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace sft {

// Each does to the module what the pass of its name does (Passes.td).

llvm::LogicalResult seedShardings(mlir::ModuleOp module);
llvm::LogicalResult propagateShardings(mlir::ModuleOp module);
void findPartials(mlir::ModuleOp module);
void scatterPartials(mlir::ModuleOp module);

} // namespace sft
