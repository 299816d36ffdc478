//===- Compare.h - How far values on ranks are from the whole ---*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"

namespace sft {

/// The element that differs most.
struct Difference {
  /// Relative to what scaleOf says of the tensor.
  double relative = 0;
  int64_t rank = 0;
  /// Position in the rank's tensor.
  llvm::SmallVector<int64_t> index;
  double actual = 0, expected = 0;
  /// Unless "": why there are no elements to compare.
  std::string mismatch;
};

/// "rank 1: element [3, 5] is 0.25, expected 0.5 (relative
/// difference 5.0e-01)".
mlir::Diagnostic &operator<<(mlir::Diagnostic &diagnostic,
                             const Difference &difference);

/// What differences of a quantity are relative to: its largest magnitude; or,
/// if rounding is most of it, a multiple of that. How much rounding does is
/// seen in `nearby`, the same quantity of a run with perturbed sums; empty
/// where only that run was stopped by its guard.
struct Scale {
  double magnitude = 0, rounding = 0;

  bool isRounding() const { return rounding > magnitude; }
  double value() const { return isRounding() ? rounding : magnitude; }
};
Scale scaleOf(const reference::Tensor &whole, const reference::Tensor &nearby);

/// Compares each rank's tensor with its shard of `whole`; a null sharding is
/// replication. Another shape or NaN differs infinitely.
Difference compareShards(llvm::ArrayRef<reference::Tensor> byRank,
                         const reference::Tensor &whole, Scale scale,
                         ShardingAttr sharding, MeshAttr mesh);

} // namespace sft
