//===- VectorLoops.h - Kernels written over vectors -------------*- C++ -*-===//
#pragma once

#include "dialects/sft/KernelLoops.h"

namespace sft {

/// Kernels that say themselves what is in vector registers, where LLVM would
/// not find it.
struct VectorBuilder : KernelBuilder {
  mlir::FloatType element;

  VectorBuilder(mlir::OpBuilder &builder, mlir::Location loc,
                mlir::FloatType element)
      : KernelBuilder{builder, loc}, element(element) {}

  /// Elements in the widest register, 64 bytes.
  int64_t lanes() { return 512 / element.getWidth(); }
  mlir::VectorType vector(int64_t width) {
    return mlir::VectorType::get({width}, element);
  }
  mlir::Value real(double value);
  mlir::Value splat(mlir::Value scalar, int64_t width);
  mlir::Value splat(double value, int64_t width) {
    return splat(real(value), width);
  }
  /// `width` elements that begin at `indices`.
  mlir::Value loadVector(mlir::Value buffer, mlir::ValueRange indices,
                         int64_t width);
  void storeVector(mlir::Value vector, mlir::Value buffer,
                   mlir::ValueRange indices);
  /// Whether lane < bound, for each of `width` lanes. |bound| < 2^31.
  mlir::Value lanesBelow(mlir::Value bound, int64_t width);
  /// Vectors of as many lanes as there are rows, a power of two: lane l of
  /// row i becomes lane i of row l.
  llvm::SmallVector<mlir::Value> transpose(llvm::SmallVector<mlir::Value> rows);

  using KernelBuilder::sub; // of index values
  mlir::Value subtract(mlir::Value x, mlir::Value y);
  /// The larger one; y where one is not a number.
  mlir::Value max(mlir::Value x, mlir::Value y);
  /// Of all lanes.
  mlir::Value sum(mlir::Value vector);
  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);

  /// The largest multiple of `step` that is at most `count`.
  mlir::Value wholeSteps(mlir::Value count, int64_t step);
  /// Calls body(column, width) with constants that cover [0, columns): full
  /// registers, then the powers of two that are left.
  void forEachVector(int64_t columns,
                     llvm::function_ref<void(int64_t, int64_t)> body);
  /// An uninitialised buffer on the stack.
  mlir::Value scratch(mlir::ArrayRef<int64_t> shape);
};

/// c[i, :] = (keep ? factor(i) c[i, :] : 0) + sum over k of a(i, k) b[k, :],
/// for rows [0, rows).
///
/// A tile of rows times up to four registers of columns is accumulated in
/// registers while k runs: outer products, one broadcast and one fused
/// multiply-add for each register. A tile has one, four or eight rows and
/// begins at a multiple of them.
struct VectorProduct {
  using Element =
      llvm::function_ref<mlir::Value(mlir::Value row, mlir::Value column)>;
  /// Indices of element [row, 0] in the buffer. The last one is the column.
  using Row =
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value row)>;
  /// Where k begins and ends for `count` rows from `row`: outside of it
  /// every a(i, k) of theirs is zero.
  using Depth = llvm::function_ref<std::pair<mlir::Value, mlir::Value>(
      mlir::Value row, int64_t count)>;
  /// A matrix whose rows are contiguous.
  struct Rows {
    mlir::Value buffer;
    Row at;
  };

  mlir::Value rows;
  Depth depth;
  int64_t columns;
  Element a;
  Rows b, c;
  /// Whether c holds something already; unset: no.
  mlir::Value keep = {};
  /// Unset: 1.
  llvm::function_ref<mlir::Value(mlir::Value row)> factor = {};

  void build(VectorBuilder &v) const;

private:
  struct Tile;
  llvm::SmallVector<mlir::Value> begin(VectorBuilder &v,
                                       const Tile &tile) const;
  mlir::Value kept(VectorBuilder &v, mlir::Value row, int64_t column,
                   int64_t width) const;
  void buildTile(VectorBuilder &v, const Tile &tile) const;
};

} // namespace sft
