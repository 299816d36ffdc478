//===- Components.h - The tensors of a value, and their bytes ---*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

namespace sft {

/// The tensors that a value consists of: three for CSR, else one.
llvm::SmallVector<mlir::RankedTensorType> componentsOf(mlir::Type type);

/// Bytes of a value's tensors; booleans take one each.
int64_t bytesOf(mlir::Type type);
int64_t bytesOf(mlir::TypeRange types);

/// Bytes of a collective's operands or results, whichever are more.
int64_t messageBytes(mlir::Operation *collective);

} // namespace sft
