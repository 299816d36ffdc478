#include "dialects/sft/Sft.h"

#include "mlir/IR/TypeUtilities.h"
#include "passes/Codegen/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYCODEGEN
#include "passes/Codegen/Passes.h.inc"

namespace {

LogicalResult verifyOp(Operation &op) {
  auto kernel = dyn_cast<KernelOp>(op);
  if (kernel && !kernel.getSymbol()) { // C1
    return op.emitOpError("has no generated code");
  }
  auto contract = dyn_cast<ContractOp>(op);
  if (contract && !getElementTypeOrSelf(contract.getZ()).isF32()) { // C2
    return op.emitError("matrix products are computed in f32 only; cast the "
                        "operands");
  }
  if (!isa<KernelOp, ContractOp, FillOp, ReshapeOp, ViewOp, AllReduceOp,
           AllGatherOp, ReduceScatterOp, AllToAllOp, PermuteOp, AwaitOp, ReadOp,
           WriteOp, OutputOp, GuardOp, RuntimeScalarOp>(op)) { // C1
    return op.emitOpError("has no lowering: it implements neither "
                          "LoopOpInterface nor KernelOpInterface");
  }
  return success();
}

/// C3, of one collective.
LogicalResult verifyAwaited(Operation *collective, AwaitOp await) {
  bool held = isa<AllReduceOp>(collective) ||
              llvm::equal(await.getSent(), collective->getOperands());
  bool alone = llvm::all_of(collective->getUsers(),
                            [&](Operation *user) { return user == await; });
  return held && alone ? success()
                       : await.emitOpError(
                             "is not the only user of what it awaits, or does "
                             "not hold all that is sent");
}

/// C3
LogicalResult verifyCollectives(Block &block) {
  Operation *first = nullptr;
  for (Operation &op : block) {
    first = isa<GuardOp>(op) ? nullptr : first;
    if (!isa<CollectiveOpInterface>(op)) {
      continue;
    }
    first = first ? first : &op;
    AwaitOp await = awaitOf(&op);
    if (bool(await) != bool(awaitOf(first))) {
      return op.emitOpError("and another of its function: only one of them is "
                            "awaited");
    }
    if (await && failed(verifyAwaited(&op, await))) {
      return failure();
    }
  }
  return success();
}

LogicalResult verifyStep(StepOp step) {
  Block &block = step.getBody().front();
  for (Operation &op : block) {
    if (failed(verifyOp(op))) {
      return failure();
    }
  }
  return verifyCollectives(block);
}

struct VerifyCodegen : impl::VerifyCodegenBase<VerifyCodegen> {
  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      if (failed(verifyStep(step))) {
        return signalPassFailure();
      }
    }
  }
};

} // namespace
} // namespace sft
