//===- SmallKernels.h - Kernels that passes build -------------*- C++ -*-===//
//
// Behind sft-form-kernels an op stands in a kernel or has no code.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/sft/Formula.h"

namespace sft {

/// The result of a kernel of one op, or of few, that `build` writes over the
/// kernel's arguments.
mlir::Value
buildKernel(mlir::OpBuilder &builder, mlir::Location loc,
            mlir::ValueRange operands,
            llvm::function_ref<mlir::Value(Formula, mlir::ValueRange)> build);

/// A sum (max, min) over values that come one by one: 0 and 1 are added, then 2
/// and 3, then both sums, and so on.
class KernelTree {
public:
  explicit KernelTree(ReduceKind kind) : kind(kind) {}

  void add(mlir::OpBuilder &builder, mlir::Value value);
  ReduceKind getKind() const { return kind; }
  /// Of a power of two of values.
  mlir::Value total() const;

private:
  mlir::Value combine(mlir::OpBuilder &builder, mlir::Value x,
                      mlir::Value y) const;

  ReduceKind kind;
  uint64_t count = 0;
  llvm::SmallVector<mlir::Value> pending;
};

} // namespace sft
