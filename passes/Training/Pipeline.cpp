#include "passes/Training/Passes.h"

namespace sft {

void buildTrainingPhase(mlir::OpPassManager &) {}
void registerTrainingPasses() {}

} // namespace sft
