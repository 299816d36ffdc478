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
  pm.addPass(createPropagateShardings());
  pm.addPass(createVerifyShardings());
}

} // namespace sft
