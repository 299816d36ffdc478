//===- Accesses.h - What an instruction touches -----------------*- C++ -*-===//
#pragma once

#include "dialects/plan/Plan.h"

namespace sft {

/// The bucket of a part, else the buffer itself.
plan::BufferOp rootOf(mlir::Value memory);

/// The byte behind the last one of the buffer.
uint64_t endOf(plan::BufferOp buffer);

/// What an instruction reads and writes.
struct Accesses {
  llvm::SmallVector<mlir::Value> reads, writes;
};
Accesses accessesOf(mlir::Operation &op);

/// C5 of verify-placement: streams touch no bytes at the same time of which one
/// of them writes.
llvm::LogicalResult verifyStreams(plan::FunctionOp function);

} // namespace sft
