#include "Locate.h"

#include "dialects/reference/Shards.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {

using namespace reference;

/// Numbers the ops of a step; partitioning copies an op with its attributes.
static constexpr char kNumber[] = "sft.check.number";

static SmallVector<Operation *> numberOps(StepOp step) {
  SmallVector<Operation *> ops;
  Builder builder(step.getContext());
  for (Operation &op : step.getBody().front()) {
    op.setAttr(kNumber, builder.getI64IntegerAttr(int64_t(ops.size())));
    ops.push_back(&op);
  }
  return ops;
}

/// The value before partitioning that `value` is the local part of, or null.
static Value wholeOf(Value value, ArrayRef<Operation *> ops) {
  auto result = dyn_cast<OpResult>(value);
  auto number =
      result ? result.getOwner()->getAttrOfType<IntegerAttr>(kNumber) : nullptr;
  return number
             ? ops[size_t(number.getInt())]->getResult(result.getResultNumber())
             : Value();
}

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
  WithoutWarnings told(model.getContext());
  FailureOr<Program> sharded = Program::compile(model, kSharded, compiler);
  if (failed(sharded)) {
    return std::nullopt;
  }
  SmallVector<Operation *> ops = numberOps(sharded->getStep(scene.kind));
  FailureOr<Program> parts =
      Program::compile(sharded->getModule(), {Phase::Partition}, compiler);
  FailureOr<Values> whole = runWhole(*sharded, scene, false);
  FailureOr<Values> nearby = runWhole(*sharded, scene, true);
  if (failed(parts) || failed(whole) || failed(nearby)) {
    return std::nullopt;
  }

  std::optional<Culprit> culprit;
  Options options;
  options.observer = [&](Value local, ArrayRef<Tensor> byRank) {
    Value value = wholeOf(local, ops);
    auto known = whole->find(value);
    if (culprit || known == whole->end()) {
      return;
    }
    const Tensor &expected = known->second;
    Difference difference = compareValue(
        value, byRank, expected, scaleOf(expected, nearby->lookup(value)),
        parts->getMesh());
    if (difference.relative > tolerance) {
      culprit = {value.getLoc(),
                 value.getDefiningOp()->getName().getStringRef().str(),
                 difference};
    }
  };
  parts->setVariables(scene.variables);
  if (failed(parts->run(scene.kind, scene.batch, scene.context, options))) {
    return std::nullopt;
  }
  return culprit;
}

} // namespace sft
