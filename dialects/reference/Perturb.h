//===- reference/Perturb.h - How much rounding weighs -----------*- C++ -*-===//
#pragma once

#include "dialects/reference/Tensor.h"

#include "mlir/IR/Operation.h"

#include <random>

namespace sft::reference {

/// Whether `op` adds elements up, in an order that partitioning may change.
bool sumsElements(mlir::Operation *op);

/// Moves each element that is not a whole number to the next double, up or down
/// at random. Done to all that is added up, it shows what another order of
/// summation may change (stochastic arithmetic: Vignes, 2004).
void perturb(llvm::MutableArrayRef<Tensor> tensors, std::minstd_rand &random);

} // namespace sft::reference
