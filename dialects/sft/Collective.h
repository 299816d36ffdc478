//===- Collective.h - What a collective needs of the mesh -------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

namespace sft {

/// Error at `op` if it is a permute without a sender for each member of its
/// group.
llvm::LogicalResult verifySenders(mlir::Operation *op, MeshAttr mesh);

} // namespace sft
