#include "dialects/sft/Broadcasting.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Shape.cpp.inc"

namespace sft {

void registerShapeOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Shape.cpp.inc"
      >();
}

/// The only number of a constant operand, in all elements of the result.
static OpFoldResult foldSplat(Attribute operand, Value result) {
  auto elements = dyn_cast_if_present<DenseElementsAttr>(operand);
  if (!elements || !elements.isSplat()) {
    return {};
  }
  return elements.resizeSplat(cast<ShapedType>(result.getType()));
}

static bool allZero(ArrayRef<int64_t> values) {
  return llvm::all_of(values, [](int64_t value) { return value == 0; });
}

static SmallVector<int64_t> sum(ArrayRef<int64_t> x, ArrayRef<int64_t> y) {
  return llvm::map_to_vector(llvm::zip_equal(x, y), [](auto pair) {
    return std::get<0>(pair) + std::get<1>(pair);
  });
}

//===----------------------------------------------------------------------===//
// sft.reshape
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  RankedTensorType from = getX().getType(), to = getY().getType();
  // C1
  if (from.getElementType() != to.getElementType()) {
    return emitOpError() << "changes the element type of " << from << " to "
                         << to << "; use sft.cast";
  }
  if (from.getNumElements() != to.getNumElements()) {
    return emitOpError() << "has " << from.getNumElements() << " elements in "
                         << from << " but " << to.getNumElements() << " in "
                         << to << "; sft.broadcast repeats, sft.slice drops";
  }
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getY().getType()) {
    return getX();
  }
  if (auto inner = getX().getDefiningOp<ReshapeOp>()) {
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return foldSplat(adaptor.getX(), getY());
}

IndexLimits ReshapeOp::getIndexLimits(OpOperand &,
                                      const IndexLimits &ofResult) {
  SmallVector<int64_t> from = shapeOf(getX()), to = shapeOf(getY());
  bool keepsRows = !from.empty() && !to.empty() && from[0] == to[0];
  return ofResult.isUniform() || keepsRows ? ofResult : IndexLimits();
}

//===----------------------------------------------------------------------===//
// sft.transpose
//===----------------------------------------------------------------------===//

LogicalResult
TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto x = cast<RankedTensorType>(op.getX().getType());
  ArrayRef<int64_t> permutation = op.getPermutation();
  // C1
  if (int64_t(permutation.size()) != x.getRank() ||
      !isPermutationVector(permutation)) {
    return emitOptionalError(location, "sft.transpose: [", permutation,
                             "] does not order the dimensions of ", x,
                             "; each of 0 to ", x.getRank() - 1,
                             " occurs once");
  }
  types.push_back(x.clone(applyPermutation(x.getShape(), permutation)));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::equal(getPermutation(), llvm::seq(getX().getType().getRank()))) {
    return getX();
  }
  if (auto inner = getX().getDefiningOp<TransposeOp>()) {
    setPermutation(applyPermutation(inner.getPermutation(), getPermutation()));
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return foldSplat(adaptor.getX(), getY());
}

SmallVector<int64_t> TransposeOp::getLoopBounds() { return shapeOf(getY()); }

AffineMap TransposeOp::getOperandMap(unsigned) {
  return inversePermutation(
      AffineMap::getPermutationMap(getPermutation(), getContext()));
}

Value TransposeOp::buildBody(OpBuilder &, Location, ArrayRef<Value> operands,
                             ArrayRef<Value>) {
  return operands[0];
}

//===----------------------------------------------------------------------===//
// sft.broadcast
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  RankedTensorType from = getX().getType(), to = getY().getType();
  // C1
  if (from.getElementType() != to.getElementType()) {
    return emitOpError() << "changes the element type of " << from << " to "
                         << to << "; use sft.cast";
  }
  // C2
  auto merged = broadcastShapes(from.getShape(), to.getShape());
  if (failed(merged) || *merged != to.getShape()) {
    return emitOpError() << "does not bring " << from << " to " << to
                         << "; aligned at the last dimension, sizes of the "
                            "operand must agree or be 1";
  }
  return success();
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getY().getType()) {
    return getX();
  }
  if (auto inner = getX().getDefiningOp<BroadcastOp>()) {
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return foldSplat(adaptor.getX(), getY());
}

SmallVector<int64_t> BroadcastOp::getLoopBounds() { return shapeOf(getY()); }

AffineMap BroadcastOp::getOperandMap(unsigned) {
  return broadcastMap(getX(), getY());
}

Value BroadcastOp::buildBody(OpBuilder &, Location, ArrayRef<Value> operands,
                             ArrayRef<Value>) {
  return operands[0];
}

//===----------------------------------------------------------------------===//
// sft.slice
//===----------------------------------------------------------------------===//

LogicalResult
SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                          ValueRange operands, DictionaryAttr attributes,
                          OpaqueProperties properties, RegionRange regions,
                          SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto x = cast<RankedTensorType>(op.getX().getType());
  ArrayRef<int64_t> offsets = op.getOffsets(), sizes = op.getSizes();
  // C1
  if (int64_t(offsets.size()) != x.getRank() ||
      int64_t(sizes.size()) != x.getRank()) {
    return emitOptionalError(location, "sft.slice: ", offsets.size(),
                             " offsets and ", sizes.size(), " sizes for the ",
                             x.getRank(), " dimensions of ", x);
  }
  // C2
  for (auto [d, size] : llvm::enumerate(x.getShape())) {
    int64_t room = size - offsets[d];
    if (offsets[d] < 0 || sizes[d] < 1 || sizes[d] > room) {
      return emitOptionalError(location, "sft.slice: ", sizes[d], " from ",
                               offsets[d], " is not inside of dimension ", d,
                               " of ", x, ", which has 0 to ", size - 1);
    }
  }
  types.push_back(x.clone(sizes));
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getY().getType()) {
    return getX();
  }
  if (auto inner = getX().getDefiningOp<SliceOp>()) {
    setOffsets(sum(inner.getOffsets(), getOffsets()));
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return foldSplat(adaptor.getX(), getY());
}

IndexLimits SliceOp::getIndexLimits(OpOperand &, const IndexLimits &ofResult) {
  SmallVector<int64_t> whole = shapeOf(getX());
  // Of fewer rows than there are, nothing follows for the others.
  if (whole.empty() || getSizes()[0] != whole[0]) {
    return {};
  }
  return limitsOfWhole(ofResult, {getSizes(), whole, getOffsets()});
}

/// Only dimensions that are taken whole are ever cut.
void SliceOp::localize(OpBuilder &, ArrayRef<Value>, ArrayRef<int64_t>) {
  setSizes(getY().getType().getShape());
}

SmallVector<int64_t> SliceOp::getLoopBounds() { return shapeOf(getY()); }

AffineMap SliceOp::getOperandMap(unsigned) {
  SmallVector<AffineExpr> exprs;
  for (auto [d, offset] : llvm::enumerate(getOffsets())) {
    exprs.push_back(getAffineDimExpr(unsigned(d), getContext()) + offset);
  }
  return AffineMap::get(unsigned(exprs.size()), 0, exprs, getContext());
}

Value SliceOp::buildBody(OpBuilder &, Location, ArrayRef<Value> operands,
                         ArrayRef<Value>) {
  return operands[0];
}

//===----------------------------------------------------------------------===//
// sft.pad
//===----------------------------------------------------------------------===//

LogicalResult
PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                        ValueRange operands, DictionaryAttr attributes,
                        OpaqueProperties properties, RegionRange regions,
                        SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  auto x = cast<RankedTensorType>(op.getX().getType());
  ArrayRef<int64_t> low = op.getLow(), high = op.getHigh();
  // C1
  if (int64_t(low.size()) != x.getRank() ||
      int64_t(high.size()) != x.getRank()) {
    return emitOptionalError(location, "sft.pad: ", low.size(), " low and ",
                             high.size(), " high for the ", x.getRank(),
                             " dimensions of ", x);
  }
  auto isNegative = [](int64_t value) { return value < 0; };
  if (llvm::any_of(low, isNegative) || llvm::any_of(high, isNegative)) {
    return emitOptionalError(location, "sft.pad: pads ", x, " low [", low,
                             "] high [", high,
                             "]; none is negative, sft.slice drops");
  }
  types.push_back(x.clone(sum(x.getShape(), sum(low, high))));
  return success();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  if (allZero(getLow()) && allZero(getHigh())) {
    return getX();
  }
  if (auto inner = getX().getDefiningOp<PadOp>()) {
    setLow(sum(inner.getLow(), getLow()));
    setHigh(sum(inner.getHigh(), getHigh()));
    getXMutable().assign(inner.getX());
    return getResult();
  }
  return {};
}

SmallVector<int64_t> PadOp::getLoopBounds() { return shapeOf(getY()); }

/// Read by the body: outside of the operand there is nothing to read.
AffineMap PadOp::getOperandMap(unsigned) { return {}; }

//===----------------------------------------------------------------------===//
// sft.concat
//===----------------------------------------------------------------------===//

/// Whether `x` may stand next to `first`.
static bool fits(RankedTensorType first, RankedTensorType x, int64_t axis) {
  if (first.getRank() != x.getRank()) {
    return false;
  }
  return llvm::all_of(llvm::seq(first.getRank()), [&](int64_t d) {
    return d == axis || first.getDimSize(d) == x.getDimSize(d);
  });
}

LogicalResult
ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  // C1
  if (operands.empty()) {
    return emitOptionalError(location, "sft.concat: has no operands");
  }
  int64_t axis =
      int64_t(Adaptor(operands, attributes, properties, regions).getAxis());
  auto first = cast<RankedTensorType>(operands[0].getType());
  // C2
  if (axis < 0 || axis >= first.getRank()) {
    return emitOptionalError(location, "sft.concat: axis ", axis,
                             " is not a dimension of ", first);
  }
  SmallVector<int64_t> shape(first.getShape());
  for (Value operand : operands.drop_front()) {
    auto type = cast<RankedTensorType>(operand.getType());
    // C3
    if (type.getElementType() != first.getElementType()) {
      return emitOptionalError(location, "sft.concat: element types of ", first,
                               " and ", type, " differ; use sft.cast");
    }
    // C4
    if (!fits(first, type, axis)) {
      return emitOptionalError(location, "sft.concat: ", first, " and ", type,
                               " differ in more than dimension ", axis);
    }
    shape[size_t(axis)] += type.getDimSize(axis);
  }
  types.push_back(first.clone(shape));
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getNumOperands() == 1 ? OpFoldResult(getOperand(0)) : OpFoldResult();
}

IndexLimits ConcatOp::getIndexLimits(OpOperand &operand,
                                     const IndexLimits &ofResult) {
  SmallVector<int64_t> whole = shapeOf(getResult());
  SmallVector<int64_t> offsets(whole.size(), 0);
  for (Value before : getOperands().take_front(operand.getOperandNumber())) {
    offsets[getAxis()] += shapeOf(before)[getAxis()];
  }
  return limitsOfPart(ofResult, {shapeOf(operand.get()), whole, offsets});
}

} // namespace sft
