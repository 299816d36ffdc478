#include "passes/Phases.h"
#include "passes/Placement/Passes.h"

namespace sft {

void buildPlacementPhase(mlir::OpPassManager &pm, const CompilerOptions &) {
  pm.addPass(createPlanMemory());
  pm.addPass(createVerifyPlacement());
  pm.addPass(createVerifyCommunication());
}

} // namespace sft
