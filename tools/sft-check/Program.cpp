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

Program Program::clone() {
  Program copy;
  copy.module = getModule().clone();
  copy.ranks = ranks;
  return copy;
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

/// As many places as `type` has, of a dense or a CSR value.
static SmallVector<int64_t> shapeOf(Type type) {
  auto csr = dyn_cast<CsrType>(type);
  return csr ? csr.getShape()
             : SmallVector<int64_t>(cast<RankedTensorType>(type).getShape());
}

NamedTensors Program::partsOf(const NamedTensors &variables, int64_t rank) {
  NamedTensors parts;
  for (auto &[name, whole] : variables) {
    auto variable = getModule().lookupSymbol<VariableOp>(name);
    parts[name] = shardOf(whole, shapeOf(variable.getType()),
                          variable.getShardingAttr(), getMesh(), rank);
  }
  return parts;
}

std::vector<Tensor> Program::partsOf(const NamedTensors &batch, StepOp step,
                                     int64_t rank) {
  std::vector<Tensor> parts;
  ArrayAttr shardings = step.getShardingsAttr();
  for (auto [i, name, input] :
       llvm::enumerate(step.getInputNames().getAsValueRange<StringAttr>(),
                       step.getBody().getArguments())) {
    auto sharding =
        shardings ? cast<ShardingAttr>(shardings[i]) : ShardingAttr();
    parts.push_back(shardOf(batch.find(name)->second, shapeOf(input.getType()),
                            sharding, getMesh(), rank));
  }
  return parts;
}

void Program::setVariables(const NamedTensors &variables) {
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    rank.variables = partsOf(variables, int64_t(i));
  }
}

LogicalResult Program::run(StepKind kind, const NamedTensors &batch,
                           const StepContext &context, const Options &options) {
  StepOp step = getStep(kind);
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    rank.inputs = partsOf(batch, step, int64_t(i));
  }
  return runStep(step, getMesh(), ranks, context, options);
}

} // namespace sft
