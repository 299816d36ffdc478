#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYSHARDINGS
#include "passes/Sharding/Passes.h.inc"

namespace {

LogicalResult verifyResult(OpResult result, MeshAttr mesh) {
  Operation *op = result.getOwner();
  auto all = op->getAttrOfType<ArrayAttr>(kShardingsAttr);
  if (!all || all.size() != op->getNumResults()) {
    return op->emitOpError("has no sharding for each of its results");
  }
  ShardingAttr sharding = shardingOf(result);
  SmallVector<int64_t> axes = sharding.shardedAxes();
  llvm::append_range(axes, sharding.getPartial());
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    return op->emitOpError() << "uses a mesh axis twice: " << sharding;
  }
  if (!axes.empty() &&
      (axes.front() < 0 || axes.back() >= int64_t(mesh.getNames().size()))) {
    return op->emitOpError()
           << "names a mesh axis that is not there: " << sharding;
  }
  return success();
}

/// An op makes its results as they are said to be.
LogicalResult verifyMade(Operation &op) {
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  if (!ruled) {
    return success();
  }
  FactorRule rule = ruled.getFactorRule();
  FactorAxes axes = decideFactors(&op, rule);
  for (auto [result, dims] : llvm::zip_equal(op.getResults(), rule.results)) {
    ShardingAttr sharding = shardingOf(result);
    if (shardingFor(op.getContext(), dims, axes) !=
        sharding.withPartial({}, ReduceKind::Sum)) {
      return op.emitOpError()
             << "cannot make its result in parts: " << sharding;
    }
  }
  return success();
}

struct VerifyShardings : impl::VerifyShardingsBase<VerifyShardings> {
  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    getOperation().walk([&](StepOp step) {
      for (Operation &op : step.getBody().front()) {
        for (OpResult result : op.getResults()) {
          if (failed(verifyResult(result, mesh))) {
            return signalPassFailure();
          }
        }
        if (failed(verifyMade(op))) {
          return signalPassFailure();
        }
      }
    });
  }
};

} // namespace
} // namespace sft
