#include "passes/Phases.h"

#include "passes/Codegen/Passes.h"
#include "passes/Partition/Passes.h"
#include "passes/Placement/Passes.h"
#include "passes/Sharding/Passes.h"
#include "passes/Training/Passes.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace sft {

static constexpr std::pair<Phase, StringLiteral> kPhases[] = {
    {Phase::Input, "input"},         {Phase::Training, "training"},
    {Phase::Sharding, "sharding"},   {Phase::Partition, "partition"},
    {Phase::Pipeline, "pipeline"},   {Phase::Codegen, "codegen"},
    {Phase::Placement, "placement"},
};

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

void registerPasses() {
  registerTrainingPasses();
  registerSftShardingPasses();
  registerSftPartitionPasses();
  registerSftCodegenPasses();
  registerSftPlacementPasses();
}

} // namespace sft
