#include "dialects/sft/Sft.h"
#include "passes/Codegen/Passes.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FUSECONTRACTIONS
#include "passes/Codegen/Passes.h.inc"

namespace {

/// What stands around a product: the value that it all makes in the end.
struct Epilogue {
  Value result;
  Value bias;
  Activation activation = Activation::None;
};

Operation *onlyUser(Value value) {
  return value.hasOneUse() ? *value.user_begin() : nullptr;
}

/// The vector along the last dimension that `user` adds to `value`, if it does.
Value addedBias(Operation *user, Value value) {
  auto add = dyn_cast_if_present<AddOp>(user);
  if (!add || add.getZ().getType() != value.getType()) {
    return {};
  }
  Value other = add.getX() == value ? add.getY() : add.getX();
  auto type = cast<RankedTensorType>(other.getType());
  int64_t columns = cast<RankedTensorType>(value.getType()).getShape().back();
  bool isVector = type.getRank() == 1 && type.getDimSize(0) == columns;
  return isVector ? other : Value();
}

Activation activationOf(Operation *user) {
  if (auto gelu = dyn_cast_if_present<GeluOp>(user)) {
    return gelu.getApproximate() ? Activation::GeluTanh : Activation::GeluErf;
  }
  return llvm::TypeSwitch<Operation *, Activation>(user)
      .Case<ReluOp>([](auto) { return Activation::Relu; })
      .Case<TanhOp>([](auto) { return Activation::Tanh; })
      .Case<SigmoidOp>([](auto) { return Activation::Sigmoid; })
      .Case<SiluOp>([](auto) { return Activation::Silu; })
      .Default([](auto) { return Activation::None; });
}

Epilogue findEpilogue(Value product) {
  Epilogue epilogue{product, {}, Activation::None};
  if (Value bias = addedBias(onlyUser(product), product)) {
    epilogue.bias = bias;
    epilogue.result = onlyUser(product)->getResult(0);
  }
  if (Operation *user = onlyUser(epilogue.result)) {
    epilogue.activation = activationOf(user);
    if (epilogue.activation != Activation::None) {
      epilogue.result = user->getResult(0);
    }
  }
  return epilogue;
}

void fuse(MatmulOp matmul) {
  Epilogue epilogue = findEpilogue(matmul.getZ());
  Operation *last = epilogue.result.getDefiningOp();
  OpBuilder builder(last);
  Value contract = ContractOp::create(
      builder, matmul.getLoc(), epilogue.result.getType(), matmul.getX(),
      matmul.getY(), epilogue.bias, matmul.getTransposeX(),
      matmul.getTransposeY(), epilogue.activation);
  epilogue.result.replaceAllUsesWith(contract);
  // From the last op back to the product: each has lost its only user.
  while (last) {
    Value next = last == matmul ? Value() : Value(last->getOperand(0));
    if (auto add = dyn_cast<AddOp>(last); add && epilogue.bias == next) {
      next = add.getY();
    }
    last->erase();
    last = next ? next.getDefiningOp() : nullptr;
  }
}

struct FuseContractions : impl::FuseContractionsBase<FuseContractions> {
  void runOnOperation() override {
    SmallVector<MatmulOp> products;
    getOperation().walk([&](MatmulOp op) { products.push_back(op); });
    for (MatmulOp op : products) {
      fuse(op);
    }
  }
};

} // namespace
} // namespace sft
