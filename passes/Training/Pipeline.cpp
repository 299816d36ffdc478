#include "passes/Training/Passes.h"

#include "dialects/sft/Sft.h"

#include "mlir/Transforms/Passes.h"

namespace sft {
#define GEN_PASS_REGISTRATION
#include "passes/Training/Passes.h.inc"

void buildTrainingPhase(mlir::OpPassManager &pm) {
  pm.addPass(createLowerModel());
  // Before decomposition: a loss knows that its target holds classes.
  pm.addPass(createLimitIndices());
  // Before decomposition: losses and norms know better gradients than their
  // parts (softmax cross-entropy: p - onehot).
  pm.addPass(createDifferentiate());
  // Before anything could hide from it that a gradient is row-sparse.
  pm.addPass(createApplyOptimizer());
  mlir::OpPassManager &steps = pm.nest<StepOp>();
  steps.addPass(createDecompose());
  // Gradients that nobody wants (of inputs, of masks), factors of one, and what
  // forward and backward computations have in common.
  steps.addPass(mlir::createCanonicalizerPass());
  steps.addPass(mlir::createCSEPass());
  pm.addPass(createVerifyTraining());
}

void registerTrainingPasses() {
  registerSftTrainingPasses();
  mlir::PassPipelineRegistration<>("sft-training",
                                   "Phase Training: from a model to its steps",
                                   buildTrainingPhase);
}

} // namespace sft
