#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Shardings.h"
#include "passes/Sharding/Steps.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_SCATTERPARTIALS
#include "passes/Sharding/Passes.h.inc"

namespace {

/// How a use wants its value.
ShardingAttr wantedBy(OpOperand &use) {
  Operation *user = use.getOwner();
  auto ruled = dyn_cast<ShardingRuleOpInterface>(user);
  if (!ruled) {
    return nullptr;
  }
  FactorRule rule = ruled.getFactorRule();
  return wantedSharding(user, rule, decideFactors(user, rule),
                        use.getOperandNumber());
}

/// The first wish to have `value` cut over an axis that it is partial over;
/// null where there is none, or no other use that could share the parts.
ShardingAttr wantedParts(Value value) {
  ShardingAttr sharding = shardingOf(value);
  if (!sharding.isPartial() || sharding.getReduce() != ReduceKind::Sum ||
      value.hasOneUse()) {
    return nullptr;
  }
  for (OpOperand &use : value.getUses()) {
    ShardingAttr wanted = wantedBy(use);
    if (wanted && !wanted.isPartial() &&
        meet(wanted.shardedAxes(), sharding.getPartial())) {
      return wanted;
    }
  }
  return nullptr;
}

void scatter(Value value, ShardingAttr parts, MeshAttr mesh) {
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  auto shard = ShardOp::create(builder, value.getLoc(), value.getType(), value,
                               asAnnotation(parts, mesh), FlatSymbolRefAttr());
  setSharding(cast<OpResult>(shard.getY()), parts);
  value.replaceAllUsesExcept(shard.getY(), shard);
}

struct ScatterPartials : impl::ScatterPartialsBase<ScatterPartials> {
  void runOnOperation() override { scatterPartials(getOperation()); }
};

} // namespace

void scatterPartials(ModuleOp module) {
  MeshAttr mesh = meshOf(module);
  for (auto step : module.getOps<StepOp>()) {
    for (Operation &op : llvm::make_early_inc_range(step.getBody().front())) {
      for (Value result : op.getResults()) {
        if (ShardingAttr parts = wantedParts(result)) {
          scatter(result, parts, mesh);
        }
      }
    }
  }
}

} // namespace sft
