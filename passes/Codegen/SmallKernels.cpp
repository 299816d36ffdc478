#include "passes/Codegen/SmallKernels.h"

using namespace mlir;

namespace sft {

Value buildKernel(OpBuilder &builder, Location loc, ValueRange operands,
                  function_ref<Value(Formula, ValueRange)> build) {
  auto *body = new Block();
  for (Value operand : operands) {
    body->addArgument(operand.getType(), loc);
  }
  OpBuilder inner(builder.getContext());
  inner.setInsertionPointToEnd(body);
  Value result = build({inner, loc}, body->getArguments());
  KernelYieldOp::create(inner, loc, result);
  auto kernel =
      KernelOp::create(builder, loc, result.getType(), operands,
                       ArrayRef<int64_t>{}, StringAttr(), IntegerAttr(), false);
  kernel.getBody().push_back(body);
  return kernel.getResult(0);
}

void KernelTree::add(OpBuilder &builder, Value value) {
  ++count;
  for (uint64_t rest = count; rest % 2 == 0; rest /= 2) {
    value = combine(builder, pending.pop_back_val(), value);
  }
  pending.push_back(value);
}

Value KernelTree::total() const {
  assert(pending.size() == 1 && "not a power of two of values");
  return pending.front();
}

Value KernelTree::combine(OpBuilder &builder, Value x, Value y) const {
  return buildKernel(builder, y.getLoc(), {x, y},
                     [&](Formula f, ValueRange v) -> Value {
                       switch (kind) {
                       case ReduceKind::Sum:
                         return f.add(v[0], v[1]);
                       case ReduceKind::Max:
                         return f.op<MaxOp>(v[0], v[1]);
                       case ReduceKind::Min:
                         return f.op<MinOp>(v[0], v[1]);
                       }
                       llvm_unreachable("unknown reduction");
                     });
}

} // namespace sft
