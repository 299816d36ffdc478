//===- Product.h - What type a matrix product has ---------------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

namespace sft {

/// [.., m, k] x [.., k, n] -> [.., m, n]; an operand that is `transposed` is
/// stored with its last two dimensions swapped. Fails with an error that begins
/// with `opName` where 1. element types differ, 2. an operand is no matrix,
/// 3. contracted sizes differ, or 4. leading dimensions do not broadcast.
mlir::FailureOr<mlir::RankedTensorType>
inferProduct(llvm::StringRef opName, std::optional<mlir::Location> location,
             mlir::RankedTensorType x, bool xTransposed,
             mlir::RankedTensorType y, bool yTransposed);

} // namespace sft
