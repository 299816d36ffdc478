//===- Passes.h - Phase Training: from a model to its steps -----*- C++ -*-===//
#pragma once

#include "mlir/Pass/PassManager.h"

namespace sft {

/// In: one sft.model. Out: sft.variable for each parameter and optimizer state;
/// sft.step initialize, train (if there is a loss and an optimizer), evaluate
/// (if there is a loss) and predict (if there are predictions), made of
/// primitive ops with global shapes.
void buildTrainingPhase(mlir::OpPassManager &pm);
void registerTrainingPasses();

} // namespace sft
