#include "dialects/sft/Sft.h"
#include "passes/Sharding/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_SEPARATECONSTANTS
#include "passes/Sharding/Passes.h.inc"

namespace {

void separate(ConstantOp constant) {
  for (OpOperand &use : llvm::make_early_inc_range(constant->getUses())) {
    OpBuilder builder(use.getOwner());
    use.set(builder.clone(*constant)->getResult(0));
  }
  constant.erase();
}

struct SeparateConstants : impl::SeparateConstantsBase<SeparateConstants> {
  void runOnOperation() override {
    SmallVector<ConstantOp> constants;
    getOperation().walk([&](ConstantOp constant) {
      // A scalar has nothing to cut; and most constants are scalars.
      if (cast<ShapedType>(constant.getType()).getRank() > 0) {
        constants.push_back(constant);
      }
    });
    llvm::for_each(constants, separate);
  }
};

} // namespace
} // namespace sft
