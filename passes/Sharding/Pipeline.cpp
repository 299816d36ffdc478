#include "passes/Phases.h"
#include "passes/Sharding/Passes.h"

namespace sft {

void buildShardingPhase(mlir::OpPassManager &pm,
                        const CompilerOptions &options) {
  AssignMeshOptions mesh;
  for (const auto &[name, size] : options.mesh) {
    mesh.mesh.push_back(name + "=" + std::to_string(size));
  }
  pm.addPass(createAssignMesh(mesh));
  pm.addPass(createSeedShardings());
  pm.addPass(createPropagateShardings());
  if (options.zeroStage > 0) {
    // Between two propagations: a strategy looks at where annotations led, and
    // what it decides spreads in its turn.
    ZeroOptions zero;
    zero.stage = options.zeroStage;
    pm.addPass(createZero(zero));
    pm.addPass(createPropagateShardings());
  }
  // When no dimension changes any more.
  pm.addPass(createFindPartials());
  pm.addPass(createScatterPartials());
  // What is offered in parts now spreads; partial sums follow once more.
  pm.addPass(createPropagateShardings());
  pm.addPass(createFindPartials());
  pm.addPass(createVerifyShardings());
}

} // namespace sft
