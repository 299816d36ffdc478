#include "passes/Codegen/Passes.h"
#include "passes/Phases.h"

namespace sft {

void buildCodegenPhase(mlir::OpPassManager &pm,
                       const CompilerOptions &options) {
  // First, so that biases and activations are not taken by kernels.
  pm.addPass(createFuseContractions());
  // Behind it, so that biases are found at products of any rank.
  pm.addPass(createFlattenContractions());
  pm.addPass(createFormKernels());
  for (const auto &[axis, size] : options.reproducible) {
    // Behind kernels, so that they are the same whoever runs them; before it is
    // decided who may overwrite what.
    pm.addPass(createFoldRanks({axis, options.sizeOf(axis)}));
  }
  // Behind it, since kernels are what there is to compute meanwhile, and ahead
  // of in-place, since bytes under way are not to be taken.
  ScheduleCommunicationOptions schedule;
  schedule.bytes = options.overlapBytes;
  pm.addPass(createScheduleCommunication(schedule));
  pm.addPass(createAssignInPlace());
  GenerateKernelsOptions generate;
  generate.chip = options.chip;
  pm.addPass(createGenerateKernels(generate));
  pm.addPass(createVerifyCodegen());
}

} // namespace sft
