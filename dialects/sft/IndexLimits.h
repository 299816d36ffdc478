//===- IndexLimits.h - Which values may be indices --------------*- C++ -*-===//
#pragma once

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"

namespace sft {

/// How far the elements of a tensor may go that is used as indices (of classes,
/// of rows of a table): element e of *each row* lies in [0, limit of e). A row
/// is what stands at one position of the leading dimension, as in data files;
/// 0 is no limit.
class IndexLimits {
public:
  /// No limits.
  IndexLimits() = default;
  /// One for all elements.
  explicit IndexLimits(int64_t limit) : limits(1, limit) {}
  /// One for each element of a row; as one where all are equal.
  explicit IndexLimits(llvm::ArrayRef<int64_t> ofRow);

  bool empty() const { return limits.empty(); }
  /// One for all elements, or none.
  bool isUniform() const { return limits.size() <= 1; }
  int64_t of(int64_t element) const {
    return empty() ? 0 : limits[isUniform() ? 0 : size_t(element)];
  }
  /// The smallest limit that there is, or 0.
  int64_t smallest() const;
  /// Empty, one number, or one for each element of a row.
  llvm::ArrayRef<int64_t> get() const { return limits; }

  /// Adds the limits that another use of the tensor demands.
  void merge(const IndexLimits &other);

private:
  llvm::SmallVector<int64_t, 1> limits;
};

/// The limits of a block's values that follow from how they are used
/// (IndexingOpInterface). Values without limits are left out.
llvm::DenseMap<mlir::Value, IndexLimits> findIndexLimits(mlir::Block &block);

/// A tensor that is a box in another one: both shapes, and where it begins.
struct Box {
  llvm::ArrayRef<int64_t> part, whole, offsets;
};
/// Limits of the box that follow from those of the whole, and the other way
/// round. Only the place in a row counts.
IndexLimits limitsOfPart(const IndexLimits &whole, const Box &box);
IndexLimits limitsOfWhole(const IndexLimits &part, const Box &box);

} // namespace sft
