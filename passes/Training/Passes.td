//===- Passes.td - From a model to its steps ----------------*- tablegen -*-===//
#ifndef SFT_TRAINING_PASSES_TD
#define SFT_TRAINING_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // SFT_TRAINING_PASSES_TD
