#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FINDPARTIALS
#include "passes/Sharding/Passes.h.inc"

namespace {
struct FindPartials : impl::FindPartialsBase<FindPartials> {
  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      for (Operation &op : step.getBody().front()) {
        auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
        if (!ruled) {
          continue;
        }
        FactorRule rule = ruled.getFactorRule();
        FactorAxes axes = decideFactors(&op, rule);
        for (OpResult result : op.getResults()) {
          setSharding(result, partialResult(result, rule, axes));
        }
      }
    }
  }
};
} // namespace
} // namespace sft
