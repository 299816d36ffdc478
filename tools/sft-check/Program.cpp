#include "Program.h"

#include "dialects/reference/Shards.h"

using namespace mlir;

namespace sft {

using namespace reference;

FailureOr<Program> Program::compile(ModuleOp module, ArrayRef<Phase> phases,
                                    const CompilerOptions &options) {
  Program program;
  program.module = module.clone();
  for (Phase phase : phases) {
    if (failed(runPhase(program.getModule(), phase, options))) {
      return failure();
    }
  }
  program.ranks.resize(
      size_t(program.getMesh() ? program.getMesh().getNumRanks() : 1));
  return program;
}

MeshAttr Program::getMesh() {
  return getModule()->getAttrOfType<MeshAttr>(kMeshAttr);
}

StepOp Program::getStep(StepKind kind) {
  for (auto step : getModule().getOps<StepOp>()) {
    if (step.getKind() == kind) {
      return step;
    }
  }
  return nullptr;
}

ShardingAttr Program::getVariableSharding(StringRef name) {
  auto variable = getModule().lookupSymbol<VariableOp>(name);
  return variable ? variable.getShardingAttr() : nullptr;
}

void Program::setVariables(const NamedTensors &variables) {
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    for (auto &[name, whole] : variables) {
      rank.variables[name] =
          shardOf(whole, getVariableSharding(name), getMesh(), int64_t(i));
    }
  }
}

void Program::giveInputs(StepOp step, const NamedTensors &batch) {
  ArrayAttr shardings = step.getShardingsAttr();
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    rank.inputs.clear();
    for (auto [j, name] :
         llvm::enumerate(step.getInputNames().getAsValueRange<StringAttr>())) {
      auto sharding =
          shardings ? cast<ShardingAttr>(shardings[j]) : ShardingAttr();
      rank.inputs.push_back(
          shardOf(batch.find(name)->second, sharding, getMesh(), int64_t(i)));
    }
  }
}

LogicalResult Program::run(StepKind kind, const NamedTensors &batch,
                           const StepContext &context, const Options &options) {
  StepOp step = getStep(kind);
  giveInputs(step, batch);
  return runStep(step, getMesh(), ranks, context, options);
}

} // namespace sft
