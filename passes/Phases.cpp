#include "passes/Phases.h"

#include "passes/Codegen/Passes.h"
#include "passes/Partition/Passes.h"
#include "passes/Placement/Passes.h"
#include "passes/Sharding/Passes.h"
#include "passes/Training/Passes.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace sft {

static constexpr std::pair<Phase, StringLiteral> kPhases[] = {
    {Phase::Input, "input"},         {Phase::Training, "training"},
    {Phase::Sharding, "sharding"},   {Phase::Partition, "partition"},
    {Phase::Pipeline, "pipeline"},   {Phase::Codegen, "codegen"},
    {Phase::Placement, "placement"},
};

int64_t CompilerOptions::sizeOf(StringRef axis) const {
  for (const auto &[name, size] : mesh) {
    if (name == axis) {
      return size;
    }
  }
  return 1;
}

StringRef phaseName(Phase phase) { return kPhases[size_t(phase)].second; }

std::optional<Phase> phaseFromName(StringRef name) {
  for (auto [phase, text] : kPhases) {
    if (text == name) {
      return phase;
    }
  }
  return std::nullopt;
}

ArrayRef<Phase> allPhases() {
  static constexpr Phase all[] = {Phase::Training,  Phase::Sharding,
                                  Phase::Partition, Phase::Pipeline,
                                  Phase::Codegen,   Phase::Placement};
  return all;
}

void buildPhase(OpPassManager &pm, Phase phase,
                const CompilerOptions &options) {
  switch (phase) {
  case Phase::Training:
    return buildTrainingPhase(pm);
  case Phase::Sharding:
    return buildShardingPhase(pm, options);
  case Phase::Partition:
    return buildPartitionPhase(pm, options);
  case Phase::Codegen:
    return buildCodegenPhase(pm, options);
  case Phase::Placement:
    return buildPlacementPhase(pm, options);
  default:
    return;
  }
}

/// Adds the pass that ends `phase`.
static void addVerifier(OpPassManager &pm, Phase phase) {
  switch (phase) {
  case Phase::Training:
    return pm.addPass(createVerifyTraining());
  case Phase::Sharding:
    return pm.addPass(createVerifyShardings());
  case Phase::Partition:
    return pm.addPass(createVerifyPartition());
  case Phase::Codegen:
    return pm.addPass(createVerifyCodegen());
  case Phase::Placement:
    return pm.addPass(createVerifyPlacement());
  default:
    return;
  }
}

static LogicalResult runInserted(ModuleOp module, Phase phase,
                                 StringRef pipeline) {
  PassManager pm(module.getContext());
  if (failed(parsePassPipeline(pipeline, pm))) {
    return module.emitError() << "cannot insert \"" << pipeline
                              << "\" after the phase " << phaseName(phase);
  }
  addVerifier(pm, phase);
  if (failed(pm.run(module))) {
    return module.emitError()
           << "pass \"" << pipeline << "\", inserted after the phase "
           << phaseName(phase) << ", failed";
  }
  return success();
}

LogicalResult runInsertedPasses(ModuleOp module, Phase phase,
                                const CompilerOptions &options) {
  for (const auto &[after, pipeline] : options.insertedPasses) {
    if (after == phase && failed(runInserted(module, phase, pipeline))) {
      return failure();
    }
  }
  return success();
}

LogicalResult runPhase(ModuleOp module, Phase phase,
                       const CompilerOptions &options) {
  PassManager pm(module.getContext());
#ifdef NDEBUG
  // MLIR's verifier behind every pass is a third of a large model's compile
  // time. Behind every phase is enough to keep a wrong program from a plan;
  // sft-opt and builds with assertions tell which pass made it.
  pm.enableVerifier(false);
#endif
  buildPhase(pm, phase, options);
  if (failed(pm.run(module)) || failed(verify(module))) {
    return failure();
  }
  return runInsertedPasses(module, phase, options);
}

void registerPasses() {
  registerTrainingPasses();
  registerSftShardingPasses();
  registerSftPartitionPasses();
  registerSftCodegenPasses();
  registerSftPlacementPasses();
}

} // namespace sft
