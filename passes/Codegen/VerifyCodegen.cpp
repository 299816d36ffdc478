#include "dialects/sft/Sft.h"

#include "mlir/IR/TypeUtilities.h"
#include "passes/Codegen/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYCODEGEN
#include "passes/Codegen/Passes.h.inc"

namespace {
struct VerifyCodegen : impl::VerifyCodegenBase<VerifyCodegen> {
  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      for (Operation &op : step.getBody().front()) {
        auto kernel = dyn_cast<KernelOp>(op);
        if (kernel && !kernel.getSymbol()) {
          op.emitOpError("has no generated code");
          return signalPassFailure();
        }
        auto contract = dyn_cast<ContractOp>(op);
        if (contract && !getElementTypeOrSelf(contract.getZ()).isF32()) {
          op.emitError("matrix products are computed in f32 only; cast the "
                       "operands");
          return signalPassFailure();
        }
        if (!isa<KernelOp, ContractOp, FillOp, ReshapeOp, ViewOp, AllReduceOp,
                 AllGatherOp, ReduceScatterOp, AllToAllOp, ReadOp, WriteOp,
                 OutputOp, GuardOp, RuntimeScalarOp>(op)) {
          op.emitOpError("has no lowering: it implements neither "
                         "LoopOpInterface nor KernelOpInterface");
          return signalPassFailure();
        }
      }
    }
  }
};
} // namespace
} // namespace sft
