//===- Fold.h - How neighbours' parts lie on one rank -----------*- C++ -*-===//
#pragma once

#include "passes/Sharding/Shardings.h"

namespace sft {

/// The axis that is folded: `lanes` of its former ranks on each of `ranks`.
struct Fold {
  int64_t axis;
  int64_t lanes;
  int64_t ranks;

  bool cuts(ShardingAttr sharding) const {
    return llvm::is_contained(sharding.shardedAxes(), axis);
  }
  bool isAlong(CollectiveOpInterface op) const {
    return llvm::is_contained(op.getAxes(), axis);
  }
};

/// The dimension that is cut over the axis.
size_t cutDim(ShardingAttr sharding, const Fold &fold);

/// The type with `factor` times as many elements along `dim`; CSR rows in as
/// many blocks.
mlir::Type widened(mlir::Type type, size_t dim, int64_t factor);

/// Fails with a diagnostic if the parts of neighbours are not one piece of an
/// input or variable.
llvm::LogicalResult checkFold(mlir::ModuleOp module, MeshAttr mesh,
                              const Fold &fold);

} // namespace sft
