#include "passes/Phases.h"
#include "passes/Sharding/Passes.h"

using namespace mlir;

namespace sft {

/// "data=2" and so on. A reproducible program is that of a finer mesh until
/// kernels are formed; then ranks are folded (sft-fold-ranks). An axis that the
/// mesh lacks stands behind the one named before it, else in front, so that the
/// finest mesh is the same whether axes of one rank are named or not.
static SmallVector<std::string> axesOf(const CompilerOptions &options) {
  auto axes = options.mesh;
  auto place = axes.begin();
  for (const auto &[name, most] : options.reproducible) {
    auto same = llvm::find_if(
        axes, [&](const auto &axis) { return axis.first == name; });
    place = same == axes.end() ? axes.insert(place, {name, most}) : same;
    place->second = most;
    ++place;
  }
  return llvm::map_to_vector(axes, [](const auto &axis) {
    return (axis.first + "=" + Twine(axis.second)).str();
  });
}

void buildShardingPhase(mlir::OpPassManager &pm,
                        const CompilerOptions &options) {
  AssignMeshOptions mesh;
  mesh.mesh = axesOf(options);
  pm.addPass(createAssignMesh(mesh));
  // First, so that nobody takes two uses of a constant for connected.
  pm.addPass(createSeparateConstants());
  // Before anything is cut, so that all that follows divides.
  pm.addPass(createPadDimensions());
  pm.addPass(createSeedShardings());
  pm.addPass(createPropagateShardings());
  // Behind a propagation, which shows where axes are too large for a factor,
  // and before strategies: it propagates anew from the seeds.
  SplitAxesOptions split;
  split.keep = llvm::to_vector(llvm::make_first_range(options.reproducible));
  pm.addPass(createSplitAxes(split));
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
