//===- KernelLoops.h - What kernels with own loops share --------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace sft {

/// Short names for the ops that loop bodies and kernels are made of. Innermost
/// loops run along the last dimension, so that LLVM vectorises them.
struct KernelBuilder {
  using LoopBody = llvm::function_ref<void(mlir::ValueRange indices)>;

  mlir::OpBuilder &builder;
  mlir::Location loc;

  mlir::Value index(int64_t value);
  mlir::Value number(mlir::Type type, int64_t value);
  /// An index value of any integer; negative ones stay negative.
  mlir::Value toIndex(mlir::Value integer);
  mlir::Value toInt32(mlir::Value index);
  mlir::Value add(mlir::Value x, mlir::Value y);
  /// Of index values.
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value load(mlir::Value buffer, mlir::ValueRange indices);
  /// The same as a value of type `element`: a boolean in memory is a byte.
  mlir::Value loadAs(mlir::Type element, mlir::Value buffer,
                     mlir::ValueRange indices);
  void store(mlir::Value value, mlir::Value buffer, mlir::ValueRange indices);

  mlir::Value isNegative(mlir::Value x);
  /// Whether 0 <= x < bound; one unsigned comparison.
  mlir::Value isBelow(mlir::Value x, int64_t bound);
  mlir::Value choose(mlir::Value condition, mlir::Value x, mlir::Value y);
  void ifTrue(mlir::Value condition, llvm::function_ref<void()> then);
  /// table[row, column], or 0 where row is outside of the table.
  mlir::Value loadRowOrZero(mlir::Value table, mlir::Value row,
                            mlir::Value column);

  /// A loop over [from, to) that hands a value on from turn to turn; the last.
  mlir::Value
  carry(mlir::Value from, mlir::Value to, mlir::Value initial,
        llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> body);
  /// A loop over from, from + step, ... below `to`.
  void forEach(mlir::Value from, mlir::Value to,
               llvm::function_ref<void(mlir::Value)> body, int64_t step = 1);
  /// A loop nest over a box, row-major.
  void forEach(llvm::ArrayRef<int64_t> shape, LoopBody body);
  void fill(mlir::Value buffer, int64_t value);
  /// buffer[row, :] = 0.
  void zeroRow(mlir::Value buffer, mlir::Value row);
  /// to[toRow, :] += scale * from[fromIndices, :]; no scale: 1.
  void accumulateRow(mlir::Value to, mlir::Value toRow, mlir::Value from,
                     mlir::ValueRange fromIndices, mlir::Value scale = {});
};

} // namespace sft
