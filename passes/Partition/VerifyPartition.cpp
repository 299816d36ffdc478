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

struct VerifyPartition : impl::VerifyPartitionBase<VerifyPartition> {
  void runOnOperation() override {
    getOperation().walk([&](StepOp step) {
      for (Operation &op : step.getBody().front()) {
        if (op.hasAttr(kShardingsAttr)) {
          op.emitOpError("still carries a sharding");
          return signalPassFailure();
        }
        if (failed(verifyInferred(op))) {
          return signalPassFailure();
        }
      }
    });
  }
};

} // namespace
} // namespace sft
