//===- reference/RandomInput.h - Made-up data of a type ---------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace sft::reference {

struct InputRange {
  /// Floats lie in [low, high), integers in [0, limit).
  double low = -1.0, high = 1.0;
  int64_t limit = 2;
};

/// A value of `type` out of `uniform`, which draws from [0, 1). A CSR batch has
/// rows of different lengths, empty ones among them.
Tensor randomInput(mlir::Type type, const InputRange &range,
                   llvm::function_ref<double()> uniform);

} // namespace sft::reference
