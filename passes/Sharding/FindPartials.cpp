#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Shardings.h"
#include "passes/Sharding/Steps.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FINDPARTIALS
#include "passes/Sharding/Passes.h.inc"

namespace {

/// Takes the axes that all operands of a sum are partial over off its result.
void leaveWhole(Operation &op, const FactorRule &rule) {
  if (!rule.jointlyLinear || op.getNumOperands() < 2) {
    return;
  }
  ArrayRef<int64_t> partial = shardingOf(op.getOperand(0)).getPartial();
  bool together = llvm::all_of(op.getOperands(), [&](Value operand) {
    ShardingAttr sharding = shardingOf(operand);
    return sharding.getPartial() == partial && operand.hasOneUse() &&
           sharding.getReduce() == ReduceKind::Sum;
  });
  if (!together || partial.empty()) {
    return;
  }
  auto result = cast<OpResult>(op.getResult(0));
  ShardingAttr sharding = shardingOf(result);
  for (auto [d, list] : llvm::enumerate(sharding.getDims())) {
    // What is left has to begin as the list does: parts are contiguous.
    size_t keep = 0;
    while (keep < size_t(list.size()) &&
           !llvm::is_contained(partial, list[keep])) {
      ++keep;
    }
    sharding = sharding.withDim(d, list.asArrayRef().take_front(keep));
  }
  setSharding(result, sharding);
}

struct FindPartials : impl::FindPartialsBase<FindPartials> {
  void runOnOperation() override { findPartials(getOperation()); }
};
} // namespace

void findPartials(ModuleOp module) {
  for (auto step : module.getOps<StepOp>()) {
    for (Operation &op : step.getBody().front()) {
      auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
      if (!ruled) {
        continue;
      }
      FactorRule rule = ruled.getFactorRule();
      leaveWhole(op, rule);
      FactorAxes axes = decideFactors(&op, rule);
      for (OpResult result : op.getResults()) {
        setSharding(result, partialResult(result, rule, axes));
      }
    }
  }
}

} // namespace sft
