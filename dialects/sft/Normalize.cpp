//===- Normalize.cpp - Softmax, layer and root-mean-square norms ----------===//
#include "dialects/sft/Formula.h"

using namespace mlir;

namespace sft {

//===----------------------------------------------------------------------===//
// sft.softmax, sft.log_softmax
//===----------------------------------------------------------------------===//

/// Constraint 1.
static LogicalResult verifyAxis(Operation *op, RankedTensorType type,
                                int64_t axis) {
  if (axis >= 0 && axis < type.getRank()) {
    return success();
  }
  return op->emitOpError() << "axis " << axis << " is not a dimension of "
                           << type << "; dimensions count from 0";
}

LogicalResult SoftmaxOp::verify() {
  return verifyAxis(*this, getX().getType(), getDimension());
}
LogicalResult LogSoftmaxOp::verify() {
  return verifyAxis(*this, getX().getType(), getDimension());
}

SmallVector<Value> SoftmaxOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  ShiftedExp e = shiftedExp(f, getX(), getDimension());
  return {f.div(e.exp, e.sum)};
}

SmallVector<Value> LogSoftmaxOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  ShiftedExp e = shiftedExp(f, getX(), getDimension());
  return {f.sub(e.shifted, f.op<LogOp>(e.sum))};
}

// y (g - sum g y)
void SoftmaxOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                              SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Value y = getY(), g = gradients[0];
  Value along = f.sum(f.mul(g, y), getDimension(), /*keep=*/true);
  operandGradients[0] = f.mul(y, f.sub(g, along));
}

// g - softmax sum g
void LogSoftmaxOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                 SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Value g = gradients[0];
  Value along = f.sum(g, getDimension(), /*keep=*/true);
  operandGradients[0] = f.sub(g, f.mul(f.op<ExpOp>(getY()), along));
}

//===----------------------------------------------------------------------===//
// Norms: h = c / sqrt(mean c^2 + epsilon), y = h scale (+ shift); c is x, for
// sft.layer_norm minus its mean
//===----------------------------------------------------------------------===//

/// Constraints 1 and 2.
static LogicalResult inferNorm(StringRef opName,
                               std::optional<Location> location,
                               ValueRange operands,
                               SmallVectorImpl<Type> &types) {
  RankedTensorType x = typeOf(operands[0]);
  if (x.getRank() == 0) {
    return emitOptionalError(location, opName, ": ", x,
                             " has no dimension to normalise over");
  }
  auto expected = x.clone(x.getShape().take_back());
  for (Value vector : operands.drop_front()) {
    if (vector.getType() != expected) {
      return emitOptionalError(location, opName, ": ", vector.getType(),
                               " does not match the last dimension of ", x,
                               "; scale and shift must be ", expected);
    }
  }
  types.push_back(x);
  return success();
}

#define SFT_INFER_NORM(OP)                                                     \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> location, ValueRange operands,    \
      DictionaryAttr, OpaqueProperties, RegionRange,                           \
      SmallVectorImpl<Type> &types) {                                          \
    return inferNorm(getOperationName(), location, operands, types);           \
  }

SFT_INFER_NORM(LayerNormOp)
SFT_INFER_NORM(RmsNormOp)

static Value rowMean(Formula f, Value x) {
  return f.mean(x, typeOf(x).getRank() - 1, /*keep=*/true);
}

static Value centre(Formula f, Value x) { return f.sub(x, rowMean(f, x)); }

namespace {

struct Normalized {
  Value rate; ///< 1 / sqrt(mean c^2 + epsilon)
  Value rows; ///< h

  Normalized(Formula f, Value c, const APFloat &epsilon)
      : rate(f.op<RsqrtOp>(
            f.add(rowMean(f, f.square(c)), epsilon.convertToDouble()))),
        rows(f.mul(c, rate)) {}
};

} // namespace

/// h mean(g h): the part of dL/dh that the norm takes away again.
static Value alongRows(Formula f, Value g, Value rows) {
  return f.mul(rows, rowMean(f, f.mul(g, rows)));
}

SmallVector<Value> LayerNormOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  Normalized n(f, centre(f, getX()), getEpsilon());
  return {f.add(f.mul(n.rows, getScale()), getShift())};
}

SmallVector<Value> RmsNormOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  Normalized n(f, getX(), getEpsilon());
  return {f.mul(n.rows, getScale())};
}

void LayerNormOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Normalized n(f, centre(f, getX()), getEpsilon());
  Value g = gradients[0], scaled = f.mul(g, getScale());
  Value dx = f.sub(centre(f, scaled), alongRows(f, scaled, n.rows));
  operandGradients[0] = f.mul(n.rate, dx);
  operandGradients[1] = f.sumLike(f.mul(g, n.rows), getScale());
  operandGradients[2] = f.sumLike(g, getShift());
}

void RmsNormOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                              SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Normalized n(f, getX(), getEpsilon());
  Value g = gradients[0], scaled = f.mul(g, getScale());
  Value dx = f.sub(scaled, alongRows(f, scaled, n.rows));
  operandGradients[0] = f.mul(n.rate, dx);
  operandGradients[1] = f.sumLike(f.mul(g, n.rows), getScale());
}

} // namespace sft
