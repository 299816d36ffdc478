#include "Locate.h"

#include "Numbered.h"

#include "dialects/reference/Shards.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {

using namespace reference;

static Difference compareValue(Value value, ArrayRef<Tensor> byRank,
                               const Tensor &whole, Scale scale,
                               MeshAttr mesh) {
  ShardingAttr sharding = shardingOf(value);
  return sharding.isPartial()
             ? compareShards(combinePartial(byRank, sharding, mesh), whole,
                             scale, sharding, mesh)
             : compareShards(byRank, whole, scale, sharding, mesh);
}

using Values = DenseMap<Value, Tensor>;

/// Every value of the step, run as one rank.
static FailureOr<Values> runWhole(Program &sharded, const Scene &scene,
                                  bool perturbSums) {
  Values values;
  Options options;
  options.perturbSums = perturbSums;
  options.observer = [&](Value value, ArrayRef<Tensor> tensors) {
    values[value] = tensors.front();
  };
  StepOp step = sharded.getStep(scene.kind);
  Rank rank;
  rank.variables = sharded.partsOf(scene.variables, 0);
  rank.inputs = sharded.partsOf(scene.batch, step, 0);
  if (failed(runStep(step, nullptr, rank, scene.context, options))) {
    return failure();
  }
  return values;
}

std::optional<Culprit> locate(ModuleOp model, const Scene &scene,
                              const CompilerOptions &compiler,
                              double tolerance) {
  FailureOr<Numbered> step = Numbered::compile(model, scene.kind, compiler);
  if (failed(step)) {
    return std::nullopt;
  }
  FailureOr<Values> whole = runWhole(step->sharded, scene, false);
  FailureOr<Values> nearby = runWhole(step->sharded, scene, true);
  if (failed(whole) || failed(nearby)) {
    return std::nullopt;
  }
  std::optional<Culprit> culprit;
  Options options;
  options.observer = [&](Value local, ArrayRef<Tensor> byRank) {
    Value value = step->wholeOf(local);
    auto known = whole->find(value);
    if (culprit || known == whole->end()) {
      return;
    }
    const Tensor &expected = known->second;
    Difference difference = compareValue(
        value, byRank, expected, scaleOf(expected, nearby->lookup(value)),
        step->parts.getMesh());
    if (difference.relative > tolerance) {
      culprit = {value.getLoc(),
                 value.getDefiningOp()->getName().getStringRef().str(),
                 difference};
    }
  };
  step->parts.setVariables(scene.variables);
  if (failed(
          step->parts.run(scene.kind, scene.batch, scene.context, options))) {
    return std::nullopt;
  }
  return culprit;
}

} // namespace sft
