#include "dialects/sft/Formula.h"

using namespace mlir;

namespace sft {

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Value Formula::where(CompareKind kind, Value x, Value bound, Value g) const {
  return select(compare(kind, x, bound), g, number(g, 0));
}

Value Formula::indicator(CompareKind kind, Value x, Value y) const {
  return cast(compare(kind, x, y), typeOf(x).getElementType());
}

Value Formula::cast(Value x, Type element) const {
  RankedTensorType type = typeOf(x).clone(element);
  return x.getType() == type ? x : op<CastOp>(type, x);
}

Value Formula::reduce(ReduceKind kind, Value x, ArrayRef<int64_t> axes,
                      bool keep) const {
  return op<ReduceOp>(kind, x, axes, keep);
}

Value Formula::sum(Value x, ArrayRef<int64_t> axes, bool keep) const {
  return reduce(ReduceKind::Sum, x, axes, keep);
}

static SmallVector<int64_t> allAxes(Value x) {
  return llvm::to_vector(llvm::seq(typeOf(x).getRank()));
}

Value Formula::sum(Value x) const {
  return typeOf(x).getRank() == 0 ? x : sum(x, allAxes(x), /*keep=*/false);
}

Value Formula::mean(Value x, ArrayRef<int64_t> axes, bool keep) const {
  double count = 1;
  for (int64_t axis : axes) {
    count *= double(typeOf(x).getDimSize(unsigned(axis)));
  }
  return mul(1 / count, sum(x, axes, keep));
}

Value Formula::mean(Value x) const {
  return mean(x, allAxes(x), /*keep=*/false);
}

Value Formula::sumLike(Value gradient, Value operand) const {
  return sumToType(builder, loc, gradient, typeOf(operand));
}

Value Formula::reshape(Value x, RankedTensorType type) const {
  return x.getType() == type ? x : op<ReshapeOp>(type, x);
}

Value Formula::restoreAxes(Value reduced, RankedTensorType whole,
                           ArrayRef<int64_t> axes) const {
  SmallVector<int64_t> shape(whole.getShape());
  for (int64_t axis : axes) {
    shape[size_t(axis)] = 1;
  }
  return reshape(reduced, whole.clone(shape));
}

ShiftedExp shiftedExp(Formula f, Value x, int64_t axis) {
  Value shifted = f.sub(x, f.reduce(ReduceKind::Max, x, axis, /*keep=*/true));
  Value exp = f.op<ExpOp>(shifted);
  return {shifted, exp, f.sum(exp, axis, /*keep=*/true)};
}

} // namespace sft
