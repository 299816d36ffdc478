//===- Batch.h - Random inputs that fit a model -----------------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"

namespace sft {

/// A whole batch by input name, a function of model, seed and step alone.
/// Integers are valid where the model uses them: labels are classes, indices
/// are rows.
reference::NamedTensors randomBatch(ModelOp model, int64_t seed, int64_t step);

} // namespace sft
