//===- LoopNest.h - A kernel as a function over buffers ---------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sft {

/// The outermost loop of a kernel: how often it runs, and whether its
/// iterations are independent.
struct OuterLoop {
  int64_t extent = 1;
  bool parallel = false;
};

/// Where a kernel's buffers stand in its argument list: each operand buffer
/// (three for a CSR value), then each result buffer that no operand shares.
struct KernelArguments {
  /// [operand or result] -> first argument.
  llvm::SmallVector<unsigned> operands, results;
  unsigned count = 0;
};
KernelArguments argumentsOf(KernelOp kernel);

/// Buffers of a value: memrefs of its element type (i1 as i8).
llvm::SmallVector<mlir::MemRefType> bufferTypes(mlir::Type type);

/// Builds `func @name(memrefs.., %begin: index, %end: index)` that runs
/// iterations [begin, end) of the kernel's outermost loop.
mlir::func::FuncOp buildKernelFunction(mlir::OpBuilder &builder,
                                       KernelOp kernel, llvm::StringRef name);
OuterLoop outerLoopOf(KernelOp kernel);

} // namespace sft
