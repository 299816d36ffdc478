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
  for (auto [d, cut] : llvm::enumerate(sharding.getDims())) {
    if (!cut.empty() && !mayCut(result, d, cut.asArrayRef())) {
      return op->emitOpError()
             << "cannot make dimension " << d << " in parts: " << sharding;
    }
  }
  if (!axes.empty() &&
      (axes.front() < 0 || axes.back() >= int64_t(mesh.getNames().size()))) {
    return op->emitOpError()
           << "names a mesh axis that is not there: " << sharding;
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
      }
    });
  }
};

} // namespace
} // namespace sft
