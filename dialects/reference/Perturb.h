//===- reference/Perturb.h - How much rounding weighs -----------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

namespace sft::reference {

/// Where `op` adds elements up, in an order that partitioning may change: moves
/// each sum towards zero, or beyond, by 2^-52 times what its terms' magnitudes
/// add up to, about as much as rounding may be (Higham, "Accuracy and Stability
/// of Numerical Algorithms", 2002, 4.2). Other ops are left alone. A whole run
/// with this shows what rounding does to each quantity.
llvm::LogicalResult perturbSums(InterpretableOpInterface op,
                                llvm::ArrayRef<Tensor> operands,
                                llvm::MutableArrayRef<Tensor> results);

} // namespace sft::reference
