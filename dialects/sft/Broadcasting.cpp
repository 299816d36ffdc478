#include "dialects/sft/Broadcasting.h"

using namespace mlir;

namespace sft {

SmallVector<int64_t> shapeOf(Value value) {
  if (auto csr = dyn_cast<CsrType>(value.getType())) {
    return csr.getShape();
  }
  return SmallVector<int64_t>(cast<ShapedType>(value.getType()).getShape());
}

FailureOr<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> a,
                                                ArrayRef<int64_t> b) {
  if (a.size() < b.size()) {
    std::swap(a, b);
  }
  SmallVector<int64_t> shape(a);
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t &dim = shape[a.size() - b.size() + i];
    if (dim != b[i] && dim != 1 && b[i] != 1) {
      return failure();
    }
    dim = dim == 1 ? b[i] : dim;
  }
  return shape;
}

LogicalResult inferBroadcast(StringRef opName, std::optional<Location> location,
                             ValueRange operands, SmallVectorImpl<Type> &types,
                             bool isPredicate) {
  SmallVector<int64_t> shape;
  Type element = getElementTypeOrSelf(operands.back());
  for (Value operand : operands) {
    auto type = cast<RankedTensorType>(operand.getType());
    // A condition chooses among the others.
    bool isCondition = type.getElementType().isInteger(1);
    if (!isCondition && type.getElementType() != element) {
      return emitOptionalError(location, opName, ": element types ",
                               type.getElementType(), " and ", element,
                               " differ; use sft.cast");
    }
    auto merged = broadcastShapes(shape, type.getShape());
    if (failed(merged)) {
      return emitOptionalError(
          location, opName,
          ": shapes do not broadcast: ", RankedTensorType::get(shape, element),
          " and ", type,
          "; aligned at the last dimension, sizes must agree or be 1");
    }
    shape = *merged;
  }
  if (isPredicate) {
    element = IntegerType::get(element.getContext(), 1);
  }
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

AffineMap broadcastMap(Value operand, Value result) {
  SmallVector<int64_t> from = shapeOf(operand), to = shapeOf(result);
  MLIRContext *context = result.getContext();
  SmallVector<AffineExpr> exprs;
  for (size_t i = 0; i < from.size(); ++i) {
    unsigned loop = unsigned(to.size() - from.size() + i);
    bool repeats = from[i] == 1 && to[loop] != 1;
    exprs.push_back(repeats ? getAffineConstantExpr(0, context)
                            : getAffineDimExpr(loop, context));
  }
  return AffineMap::get(unsigned(to.size()), 0, exprs, context);
}

FactorRule broadcastRule(Operation *op, Linearity linearity) {
  FactorRule rule;
  SmallVector<int64_t> shape = shapeOf(op->getResult(0));
  FactorRule::Dims all;
  for (int64_t size : shape) {
    all.push_back({rule.addFactor(size)});
  }
  for (Value operand : op->getOperands()) {
    SmallVector<int64_t> from = shapeOf(operand);
    FactorRule::Dims dims;
    for (size_t i = 0; i < from.size(); ++i) {
      size_t at = shape.size() - from.size() + i;
      bool repeats = from[i] == 1 && shape[at] != 1;
      dims.push_back(repeats ? FactorRule::Dims::value_type{} : all[at]);
    }
    rule.operands.push_back(dims);
  }
  rule.results.push_back(all);
  rule.linearIn.assign(op->getNumOperands(), linearity == Linearity::Each);
  if (linearity == Linearity::First) {
    rule.linearIn.front() = true;
  }
  rule.jointlyLinear = linearity == Linearity::Jointly;
  return rule;
}

} // namespace sft
