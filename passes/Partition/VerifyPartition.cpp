#include "dialects/sft/Collective.h"
#include "passes/Partition/Passes.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYPARTITION
#include "passes/Partition/Passes.h.inc"

namespace {

/// Shapes that inference gives must be those that partitioning set.
LogicalResult verifyInferred(Operation &op) {
  auto infer = dyn_cast<InferTypeOpInterface>(op);
  SmallVector<Type> types;
  if (!infer) {
    return success();
  }
  if (failed(infer.inferReturnTypes(op.getContext(), op.getLoc(),
                                    op.getOperands(), op.getAttrDictionary(),
                                    op.getPropertiesStorage(), op.getRegions(),
                                    types))) {
    return failure();
  }
  if (!infer.isCompatibleReturnTypes(types, TypeRange(op.getResultTypes()))) {
    return op.emitOpError("has another local shape than its operands give");
  }
  return success();
}

/// What a rank sends is contiguous.
LogicalResult verifyLeading(Operation &op) {
  int64_t dim = 0;
  if (auto gather = dyn_cast<AllGatherOp>(op)) {
    dim = gather.getDim();
  } else if (auto scatter = dyn_cast<ReduceScatterOp>(op)) {
    dim = scatter.getDim();
  } else if (auto exchange = dyn_cast<AllToAllOp>(op)) {
    dim = exchange.getSplit() + exchange.getConcat();
  }
  return dim == 0 ? success()
                  : op.emitOpError("works along another dimension than the "
                                   "leading one");
}

struct VerifyPartition : impl::VerifyPartitionBase<VerifyPartition> {
  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    getOperation().walk([&](StepOp step) {
      for (Operation &op : step.getBody().front()) {
        if (op.hasAttr(kShardingsAttr)) {
          op.emitOpError("still carries a sharding");
          return signalPassFailure();
        }
        if (isa<ShardOp>(op)) {
          op.emitOpError("is left after the phase Partition");
          return signalPassFailure();
        }
        if (failed(verifyInferred(op)) || failed(verifyLeading(op)) ||
            failed(verifySenders(&op, mesh))) {
          return signalPassFailure();
        }
      }
    });
  }
};

} // namespace
} // namespace sft
