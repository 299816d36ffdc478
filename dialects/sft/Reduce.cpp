#include "dialects/sft/Formula.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Reduce.cpp.inc"

namespace sft {

void registerReduceOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Reduce.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Constraint 1.
static LogicalResult verifyAxes(StringRef opName,
                                std::optional<Location> location,
                                RankedTensorType type, ArrayRef<int64_t> axes) {
  for (int64_t axis : axes) {
    if (axis < 0 || axis >= type.getRank()) {
      return emitOptionalError(location, opName, ": axis ", axis, " is not a ",
                               "dimension of ", type,
                               "; dimensions count from 0");
    }
  }
  if (!llvm::is_sorted(axes, std::less_equal<>())) {
    return emitOptionalError(location, opName, ": axes of ", type,
                             " must ascend without duplicates");
  }
  return success();
}

static LogicalResult inferReduced(StringRef opName,
                                  std::optional<Location> location,
                                  RankedTensorType type, ArrayRef<int64_t> axes,
                                  bool keep, SmallVectorImpl<Type> &types) {
  if (failed(verifyAxes(opName, location, type, axes))) {
    return failure();
  }
  SmallVector<int64_t> shape;
  for (int64_t d = 0; d < type.getRank(); ++d) {
    bool isReduced = llvm::is_contained(axes, d);
    if (!isReduced || keep) {
      shape.push_back(isReduced ? 1 : type.getDimSize(unsigned(d)));
    }
  }
  types.push_back(type.clone(shape));
  return success();
}

LogicalResult
ReduceOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  return inferReduced(getOperationName(), location, typeOf(op.getX()),
                      op.getAxes(), op.getKeep(), types);
}

LogicalResult
MeanOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                         ValueRange operands, DictionaryAttr attributes,
                         OpaqueProperties properties, RegionRange regions,
                         SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  return inferReduced(getOperationName(), location, typeOf(op.getX()),
                      op.getAxes(), op.getKeep(), types);
}

/// Over nothing, or over dimensions of size 1 that stay.
OpFoldResult ReduceOp::fold(FoldAdaptor) {
  return getX().getType() == getY().getType() ? OpFoldResult(getX())
                                              : OpFoldResult();
}

//===----------------------------------------------------------------------===//
// sft.reduce: ([i,j]) -> [i], j reduced
//===----------------------------------------------------------------------===//

FactorRule ReduceOp::getFactorRule() {
  FactorRule rule;
  rule.operands.emplace_back();
  rule.results.emplace_back();
  for (auto [d, size] : llvm::enumerate(getX().getType().getShape())) {
    bool isReduced = llvm::is_contained(getAxes(), int64_t(d));
    unsigned factor =
        isReduced ? rule.addFactor(size, FactorKind::Reduction, getKind())
                  : rule.addFactor(size);
    rule.operands[0].push_back({factor});
    if (!isReduced) {
      rule.results[0].push_back({factor});
    } else if (getKeep()) {
      rule.results[0].emplace_back();
    }
  }
  rule.linearIn = {getKind() == ReduceKind::Sum};
  return rule;
}

//===----------------------------------------------------------------------===//
// sft.reduce as loops: those of the operand
//===----------------------------------------------------------------------===//

SmallVector<int64_t> ReduceOp::getLoopBounds() {
  return SmallVector<int64_t>(getX().getType().getShape());
}

AffineMap ReduceOp::getOperandMap(unsigned) {
  return AffineMap::getMultiDimIdentityMap(unsigned(getX().getType().getRank()),
                                           getContext());
}

AffineMap ReduceOp::getResultMap(unsigned) {
  auto rank = unsigned(getX().getType().getRank());
  SmallVector<AffineExpr> exprs;
  for (unsigned d = 0; d < rank; ++d) {
    if (!llvm::is_contained(getAxes(), int64_t(d))) {
      exprs.push_back(getAffineDimExpr(d, getContext()));
    } else if (getKeep()) {
      exprs.push_back(getAffineConstantExpr(0, getContext()));
    }
  }
  return AffineMap::get(rank, 0, exprs, getContext());
}

std::optional<ReduceKind> ReduceOp::getReduction() { return getKind(); }

Value ReduceOp::buildBody(OpBuilder &, Location, ArrayRef<Value> operands,
                          ArrayRef<Value>) {
  return operands[0];
}

//===----------------------------------------------------------------------===//
// Gradients and decomposition
//===----------------------------------------------------------------------===//

/// Where x is the extremum: the gradient divided by the number of ties.
static Value shareAmongTies(Formula f, ReduceOp op, Value extremum, Value g) {
  Value ties = f.indicator(CompareKind::Eq, op.getX(), extremum);
  Value count = f.sum(ties, op.getAxes(), /*keep=*/true);
  return f.mul(ties, f.div(g, count));
}

void ReduceOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                             SmallVectorImpl<Value> &operandGradients) {
  RankedTensorType type = getX().getType();
  if (!isa<FloatType>(type.getElementType())) {
    return;
  }
  Formula f{builder, getLoc()};
  Value g = f.restoreAxes(gradients[0], type, getAxes());
  if (getKind() == ReduceKind::Sum) {
    operandGradients[0] = f.op<BroadcastOp>(type, g);
    return;
  }
  Value extremum = f.restoreAxes(getY(), type, getAxes());
  operandGradients[0] = shareAmongTies(f, *this, extremum, g);
}

SmallVector<Value> MeanOp::decompose(OpBuilder &builder) {
  return {Formula{builder, getLoc()}.mean(getX(), getAxes(), getKeep())};
}

void MeanOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                           SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  RankedTensorType type = getX().getType();
  double share =
      double(getY().getType().getNumElements()) / double(type.getNumElements());
  Value g = f.restoreAxes(f.mul(share, gradients[0]), type, getAxes());
  operandGradients[0] = f.op<BroadcastOp>(type, g);
}

} // namespace sft
