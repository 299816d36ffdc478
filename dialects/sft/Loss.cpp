#include "dialects/sft/Formula.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Loss.cpp.inc"

namespace sft {

void registerLossOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Loss.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Prediction and target have one type.
static LogicalResult inferPairwise(StringRef opName,
                                   std::optional<Location> location,
                                   ValueRange operands,
                                   SmallVectorImpl<Type> &types) {
  RankedTensorType prediction = typeOf(operands[0]);
  RankedTensorType target = typeOf(operands[1]);
  if (prediction != target) {
    return emitOptionalError(location, opName, ": prediction ", prediction,
                             " and target ", target,
                             " differ; use sft.reshape or sft.cast");
  }
  types.push_back(prediction.clone(ArrayRef<int64_t>()));
  return success();
}

/// Logits are [.., classes], labels [..].
static LogicalResult inferClassification(StringRef opName,
                                         std::optional<Location> location,
                                         ValueRange operands,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType logits = typeOf(operands[0]), labels = typeOf(operands[1]);
  if (logits.getRank() == 0) {
    return emitOptionalError(location, opName, ": logits ", logits,
                             " have no dimension of classes");
  }
  if (labels.getShape() != logits.getShape().drop_back()) {
    return emitOptionalError(location, opName, ": labels ", labels,
                             " do not match the rows of ", "logits ", logits,
                             "; one class index a row is ",
                             labels.clone(logits.getShape().drop_back()));
  }
  types.push_back(logits.clone(ArrayRef<int64_t>()));
  return success();
}

#define SFT_INFER_LOSS(OP, infer)                                              \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> location, ValueRange operands,    \
      DictionaryAttr, OpaqueProperties, RegionRange,                           \
      SmallVectorImpl<Type> &types) {                                          \
    return infer(getOperationName(), location, operands, types);               \
  }

SFT_INFER_LOSS(MseLossOp, inferPairwise)
SFT_INFER_LOSS(MaeLossOp, inferPairwise)
SFT_INFER_LOSS(BinaryCrossEntropyOp, inferPairwise)
SFT_INFER_LOSS(HingeLossOp, inferPairwise)
SFT_INFER_LOSS(PerceptronLossOp, inferPairwise)
SFT_INFER_LOSS(BinaryAccuracyOp, inferPairwise)
SFT_INFER_LOSS(SoftmaxCrossEntropyOp, inferClassification)
SFT_INFER_LOSS(AccuracyOp, inferClassification)

//===----------------------------------------------------------------------===//
// Losses of pairs: a term for each element, and its slopes in prediction x and
// target t
//===----------------------------------------------------------------------===//

/// The share of one of `count` terms in the gradient of their mean.
static Value shareOfMean(Formula f, Value g, int64_t count) {
  return f.mul(1 / double(count), g);
}

#define SFT_PAIRWISE_LOSS(OP, term, slopeX, slopeT)                            \
  SmallVector<Value> OP::decompose(OpBuilder &builder) {                       \
    Formula f{builder, getLoc()};                                              \
    Value x = getPrediction(), t = getTarget();                                \
    return {f.mean(term)};                                                     \
  }                                                                            \
  void OP::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,        \
                         SmallVectorImpl<Value> &operandGradients) {           \
    Formula f{builder, getLoc()};                                              \
    Value x = getPrediction(), t = getTarget();                                \
    Value share = shareOfMean(f, gradients[0], typeOf(x).getNumElements());    \
    operandGradients[0] = f.mul(slopeX, share);                                \
    operandGradients[1] = f.mul(slopeT, share);                                \
  }

SFT_PAIRWISE_LOSS(MseLossOp, f.square(f.sub(x, t)), f.mul(2.0, f.sub(x, t)),
                  f.mul(2.0, f.sub(t, x)))
SFT_PAIRWISE_LOSS(MaeLossOp, f.op<AbsOp>(f.sub(x, t)),
                  f.op<SignOp>(f.sub(x, t)), f.op<SignOp>(f.sub(t, x)))
SFT_PAIRWISE_LOSS(BinaryCrossEntropyOp, f.sub(f.op<SoftplusOp>(x), f.mul(x, t)),
                  f.sub(f.op<SigmoidOp>(x), t), f.neg(x))

/// max(0, margin - t x)
static Value marginTerm(Formula f, double margin, Value x, Value t) {
  Value distance = f.sub(f.number(x, margin), f.mul(t, x));
  return f.op<MaxOp>(distance, f.number(x, 0));
}

/// Its slope in one factor, `other` the other one, where t x `violates` the
/// margin.
static Value marginSlope(Formula f, CompareKind violates, double margin,
                         Value x, Value t, Value other) {
  return f.where(violates, f.mul(t, x), f.number(x, margin), f.neg(other));
}

SFT_PAIRWISE_LOSS(HingeLossOp, marginTerm(f, 1, x, t),
                  marginSlope(f, CompareKind::Lt, 1, x, t, t),
                  marginSlope(f, CompareKind::Lt, 1, x, t, x))
// At 0 too: weights that start at 0 would never move.
SFT_PAIRWISE_LOSS(PerceptronLossOp, marginTerm(f, 0, x, t),
                  marginSlope(f, CompareKind::Le, 0, x, t, t),
                  marginSlope(f, CompareKind::Le, 0, x, t, x))

//===----------------------------------------------------------------------===//
// Classification. Labels become a mask over the classes, so that the classes
// may be sharded: no rank needs a whole row of logits.
//===----------------------------------------------------------------------===//

/// [.., classes] of i1, true at the label.
static Value labelMask(Formula f, Value logits, Value labels) {
  RankedTensorType type = typeOf(labels);
  int64_t classes = typeOf(logits).getShape().back();
  Value positions = f.op<IotaOp>(type.clone({classes}), Value(), 0);
  SmallVector<int64_t> column(type.getShape());
  column.push_back(1);
  return f.compare(CompareKind::Eq, f.reshape(labels, type.clone(column)),
                   positions);
}

static int64_t lastAxis(Value x) { return typeOf(x).getRank() - 1; }

/// The element of each row at its label, [.., 1]; -inf where there is none.
static Value atLabel(Formula f, Value mask, Value x) {
  Value none = f.number(x, -std::numeric_limits<double>::infinity());
  return f.reduce(ReduceKind::Max, f.select(mask, x, none), lastAxis(x),
                  /*keep=*/true);
}

// log sum e^(x - max) - (x - max)[label]
SmallVector<Value> SoftmaxCrossEntropyOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  Value logits = getPrediction();
  ShiftedExp e = shiftedExp(f, logits, lastAxis(logits));
  Value mask = labelMask(f, logits, getTarget());
  return {f.mean(f.sub(f.op<LogOp>(e.sum), atLabel(f, mask, e.shifted)))};
}

// (softmax - onehot(label)) / rows
void SoftmaxCrossEntropyOp::buildGradient(
    OpBuilder &builder, ArrayRef<Value> gradients,
    SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Value logits = getPrediction();
  Value y = f.op<SoftmaxOp>(logits, IntegerAttr());
  Value mask = labelMask(f, logits, getTarget());
  Value slope = f.select(mask, f.sub(y, f.number(y, 1)), y);
  int64_t rows = getTarget().getType().getNumElements();
  operandGradients[0] = f.mul(slope, shareOfMean(f, gradients[0], rows));
}

SmallVector<Value> AccuracyOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  Value logits = getPrediction();
  Value largest =
      f.reduce(ReduceKind::Max, logits, lastAxis(logits), /*keep=*/true);
  Value mask = labelMask(f, logits, getTarget());
  Value picked = atLabel(f, mask, logits);
  return {f.mean(f.indicator(CompareKind::Eq, picked, largest))};
}

/// Labels are below the number of classes.
static IndexLimits labelLimits(Value logits, Value labels, OpOperand &operand) {
  return operand.get() == labels ? IndexLimits(typeOf(logits).getShape().back())
                                 : IndexLimits();
}
IndexLimits SoftmaxCrossEntropyOp::getIndexLimits(OpOperand &operand,
                                                  const IndexLimits &) {
  return labelLimits(getPrediction(), getTarget(), operand);
}
IndexLimits AccuracyOp::getIndexLimits(OpOperand &operand,
                                       const IndexLimits &) {
  return labelLimits(getPrediction(), getTarget(), operand);
}

SmallVector<Value> BinaryAccuracyOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  Value zero = f.number(getPrediction(), 0);
  Value says = f.indicator(CompareKind::Gt, getPrediction(), zero);
  Value is = f.indicator(CompareKind::Gt, getTarget(), zero);
  return {f.mean(f.indicator(CompareKind::Eq, says, is))};
}

} // namespace sft
