#include "dialects/sft/Broadcasting.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Elementwise.cpp.inc"

namespace sft {

void registerElementwiseOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Elementwise.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Folding: identities that differentiation leaves behind
//===----------------------------------------------------------------------===//

/// The number in all elements of a constant, if it is one.
static std::optional<double> splatValue(Attribute attribute) {
  auto elements = dyn_cast_if_present<DenseElementsAttr>(attribute);
  if (!elements || !elements.isSplat()) {
    return std::nullopt;
  }
  if (isa<FloatType>(elements.getElementType())) {
    return elements.getSplatValue<APFloat>().convertToDouble();
  }
  return double(elements.getSplatValue<APInt>().getSExtValue());
}

/// `x` if `other` is the number `neutral` everywhere and x has the result's
/// type.
static OpFoldResult foldNeutral(Operation *op, Value x, Attribute other,
                                double neutral) {
  if (splatValue(other) == neutral &&
      x.getType() == op->getResult(0).getType()) {
    return x;
  }
  return {};
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  if (OpFoldResult x = foldNeutral(*this, getX(), adaptor.getY(), 0)) {
    return x;
  }
  return foldNeutral(*this, getY(), adaptor.getX(), 0);
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, getX(), adaptor.getY(), 0);
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (OpFoldResult x = foldNeutral(*this, getX(), adaptor.getY(), 1)) {
    return x;
  }
  return foldNeutral(*this, getY(), adaptor.getX(), 1);
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, getX(), adaptor.getY(), 1);
}

//===----------------------------------------------------------------------===//
// sft.cast
//===----------------------------------------------------------------------===//

LogicalResult CastOp::verify() {
  if (getX().getType().getShape() != getY().getType().getShape()) {
    return emitOpError() << "changes the shape of " << getX().getType()
                         << " to " << getY().getType();
  }
  return success();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getX().getType() == getY().getType() ? OpFoldResult(getX())
                                              : OpFoldResult();
}

/// A float that is truncated to an index lies in the same range.
IndexLimits CastOp::getIndexLimits(OpOperand &, const IndexLimits &ofResult) {
  return ofResult;
}

/// Truncation is not linear: a sum of truncated parts is not the truncated sum.
FactorRule CastOp::getFactorRule() {
  bool isLinear = isa<FloatType>(getY().getType().getElementType());
  return broadcastRule(*this, isLinear ? Linearity::Each : Linearity::None);
}
SmallVector<int64_t> CastOp::getLoopBounds() { return shapeOf(getY()); }
AffineMap CastOp::getOperandMap(unsigned) {
  return broadcastMap(getX(), getY());
}

//===----------------------------------------------------------------------===//
// sft.constant
//===----------------------------------------------------------------------===//

void ConstantOp::build(OpBuilder &builder, OperationState &state,
                       RankedTensorType type, double value) {
  Type element = type.getElementType();
  TypedAttr scalar;
  if (isa<FloatType>(element)) {
    scalar = FloatAttr::get(element, value);
  } else {
    scalar = IntegerAttr::get(element, int64_t(value));
  }
  build(builder, state, type, DenseElementsAttr::get(type, scalar));
}

LogicalResult
ConstantOp::inferReturnTypes(MLIRContext *, std::optional<Location>, ValueRange,
                             DictionaryAttr, OpaqueProperties properties,
                             RegionRange, SmallVectorImpl<Type> &types) {
  types.push_back(properties.as<Properties *>()->value.getType());
  return success();
}

LogicalResult ConstantOp::verify() {
  auto elements = dyn_cast<DenseElementsAttr>(getValue());
  if (!elements || !elements.isSplat()) {
    return emitOpError("holds one value for all elements, like dense<2.0> : "
                       "tensor<4x8xf32>; data comes in as inputs");
  }
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

FactorRule ConstantOp::getFactorRule() {
  return broadcastRule(*this, Linearity::None);
}
/// A shard of a splat is a smaller splat.
void ConstantOp::localize(OpBuilder &, ArrayRef<Value>, ArrayRef<int64_t>) {
  auto type = cast<ShapedType>(getResult().getType());
  setValueAttr(cast<DenseElementsAttr>(getValue()).resizeSplat(type));
}
SmallVector<int64_t> ConstantOp::getLoopBounds() {
  return shapeOf(getResult());
}
AffineMap ConstantOp::getOperandMap(unsigned) { return {}; }

//===----------------------------------------------------------------------===//
// Values that many passes build
//===----------------------------------------------------------------------===//

Value buildConstant(OpBuilder &builder, Location loc, RankedTensorType type,
                    double value) {
  return ConstantOp::create(builder, loc, type, value);
}

Value buildScalarLike(OpBuilder &builder, Location loc, Value like,
                      double value) {
  auto type = RankedTensorType::get({}, getElementTypeOrSelf(like));
  return buildConstant(builder, loc, type, value);
}

Value sumToType(OpBuilder &builder, Location loc, Value value,
                RankedTensorType type) {
  auto from = cast<RankedTensorType>(value.getType());
  if (from == type) {
    return value;
  }
  int64_t extra = from.getRank() - type.getRank();
  SmallVector<int64_t> axes;
  for (int64_t i = 0; i < from.getRank(); ++i) {
    bool isNew = i < extra;
    if (isNew || (type.getDimSize(i - extra) == 1 && from.getDimSize(i) != 1)) {
      axes.push_back(i);
    }
  }
  Value sum = value;
  if (!axes.empty()) {
    sum = ReduceOp::create(builder, loc, ReduceKind::Sum, value, axes,
                           /*keep=*/false);
  }
  if (sum.getType() != type) {
    sum = ReshapeOp::create(builder, loc, type, sum);
  }
  return sum;
}

} // namespace sft
