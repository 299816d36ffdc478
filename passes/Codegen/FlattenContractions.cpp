//===- FlattenContractions.cpp - One large product instead of many --------===//
#include "dialects/sft/Formula.h"
#include "passes/Codegen/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FLATTENCONTRACTIONS
#include "passes/Codegen/Passes.h.inc"

namespace {

/// The matrices of `x`, one below the other; a view.
Value stack(Formula f, Value x) {
  ArrayRef<int64_t> shape = typeOf(x).getShape();
  int64_t rows = llvm::product_of(shape.drop_back(), int64_t(1));
  return f.reshape(x, typeOf(x).clone({rows, shape.back()}));
}

ContractOp create(Formula f, RankedTensorType type, Value x, Value y,
                  ContractOp like) {
  return ContractOp::create(f.builder, f.loc, type, x, y, like.getBias(),
                            like.getTransposeX(), like.getTransposeY(),
                            like.getActivation());
}

/// x[.., m, k] * y[k, n]: y is the same for all matrices of x.
void stackRows(ContractOp op) {
  OpBuilder builder(op);
  Formula f{builder, op.getLoc()};
  Value x = stack(f, op.getX());
  RankedTensorType type = op.getZ().getType();
  auto flat = type.clone({typeOf(x).getDimSize(0), type.getShape().back()});
  Value z = create(f, flat, x, op.getY(), op).getZ();
  op.getZ().replaceAllUsesWith(f.reshape(z, type));
  op.erase();
}

bool stacksRows(ContractOp op) {
  return op.getX().getType().getRank() > 2 && !op.getTransposeX() &&
         op.getY().getType().getRank() == 2;
}

/// The sum over all matrices of `op`'s result, if nothing else is made of it.
ReduceOp sumOfAll(ContractOp op) {
  int64_t leading = op.getZ().getType().getRank() - 2;
  auto sum = op.getZ().hasOneUse() ? dyn_cast<ReduceOp>(*op.getZ().user_begin())
                                   : ReduceOp();
  bool isSum = sum && sum.getKind() == ReduceKind::Sum && !sum.getKeep() &&
               llvm::equal(sum.getAxes(), llvm::seq<int64_t>(0, leading));
  return isSum && leading > 0 ? sum : ReduceOp();
}

/// sum over all b of x[b]^T y[b]: the product of the stacks.
void sumRows(ContractOp op, ReduceOp sum) {
  OpBuilder builder(op);
  Formula f{builder, op.getLoc()};
  Value z = create(f, sum.getY().getType(), stack(f, op.getX()),
                   stack(f, op.getY()), op)
                .getZ();
  sum.getY().replaceAllUsesWith(z);
  sum.erase();
  op.erase();
}

bool sumsRows(ContractOp op) {
  ArrayRef<int64_t> x = op.getX().getType().getShape(),
                    y = op.getY().getType().getShape();
  return op.getTransposeX() && !op.getTransposeY() && !op.getBias() &&
         op.getActivation() == Activation::None && x.size() == y.size() &&
         x.drop_back() == y.drop_back() && sumOfAll(op);
}

struct FlattenContractions
    : impl::FlattenContractionsBase<FlattenContractions> {
  void runOnOperation() override {
    SmallVector<ContractOp> products;
    getOperation().walk([&](ContractOp op) { products.push_back(op); });
    for (ContractOp op : products) {
      if (stacksRows(op)) {
        stackRows(op);
      } else if (sumsRows(op)) {
        sumRows(op, sumOfAll(op));
      }
    }
  }
};

} // namespace
} // namespace sft
