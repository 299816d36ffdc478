#include "dialects/sft/Broadcasting.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Sparse.cpp.inc"

namespace sft {

void registerSparseOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Sparse.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// sft.transform
//===----------------------------------------------------------------------===//

LogicalResult TransformOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            ValueRange operands, DictionaryAttr,
                                            OpaqueProperties, RegionRange,
                                            SmallVectorImpl<Type> &types) {
  auto x = cast<CsrType>(operands[0].getType());
  auto w = cast<RankedTensorType>(operands[1].getType());
  // C1
  bool isPart = operands.size() > 2;
  if (w.getRank() != 2 || (!isPart && w.getDimSize(0) != x.getColumns())) {
    return emitOptionalError(location, "sft.transform: ", w,
                             " does not transform ", x,
                             "; W is a matrix with a row for each of the ",
                             x.getColumns(), " columns");
  }
  // C2
  if (w.getElementType() != x.getElementType()) {
    return emitOptionalError(location, "sft.transform: element types of ", x,
                             " and ", w, " differ; use sft.cast on W");
  }
  types.push_back(w.clone({x.getRows(), w.getDimSize(1)}));
  return success();
}

FactorRule TransformOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getX())[0]);
  unsigned column = rule.addFactor(shapeOf(getX())[1], FactorKind::Reduction,
                                   ReduceKind::Sum);
  unsigned n = rule.addFactor(shapeOf(getW())[1]);
  rule.operands = {{{row}, {}}, {{column}, {n}}};
  rule.operands.resize(getNumOperands()); // an offset is a scalar
  rule.results = {{{row}, {n}}};
  rule.linearIn = {false, true, false};
  return rule;
}

/// Factor 1 is W's rows: x keeps all its columns, and W may be padded.
void TransformOp::localize(OpBuilder &builder, ArrayRef<Value> offsets,
                           ArrayRef<int64_t>) {
  if (offsets[1]) {
    getOffsetMutable().assign(offsets[1]);
  } else if (shapeOf(getW())[0] != shapeOf(getX())[1]) {
    auto i64 = RankedTensorType::get({}, builder.getI64Type());
    getOffsetMutable().assign(buildConstant(builder, getLoc(), i64, 0));
  }
}

void TransformOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                SmallVectorImpl<Value> &dx) {
  auto occurring = OccurringRowsOp::create(builder, getLoc(), getX());
  Value rows = occurring.getIndices(), slots = occurring.getSlots();
  Value values = TransformGradientOp::create(builder, getLoc(), getX(), rows,
                                             slots, gradients[0]);
  dx[1] = ExpandRowsOp::create(builder, getLoc(), slots, values, rows);
}

//===----------------------------------------------------------------------===//
// sft.occurring_rows
//===----------------------------------------------------------------------===//

static int64_t mostOccurring(CsrType x) {
  return std::min(x.getCapacity(), x.getColumns());
}

void OccurringRowsOp::build(OpBuilder &builder, OperationState &state,
                            Value x) {
  auto type = cast<CsrType>(x.getType());
  Type i32 = builder.getI32Type();
  build(builder, state, RankedTensorType::get({mostOccurring(type)}, i32),
        RankedTensorType::get({type.getColumns()}, i32), x);
}

LogicalResult OccurringRowsOp::verify() {
  CsrType x = getX().getType();
  // C1
  RankedTensorType indices = getIndices().getType();
  if (indices.getRank() != 1 || indices.getDimSize(0) < mostOccurring(x)) {
    return emitOpError() << "indices " << indices << " have no room for the "
                         << mostOccurring(x) << " columns that may occur in "
                         << x;
  }
  // C2
  RankedTensorType slots = getSlots().getType();
  if (slots.getRank() != 1 || slots.getDimSize(0) != x.getColumns()) {
    return emitOpError() << "slots " << slots << " is not a vector with one "
                         << "element for each of the " << x.getColumns()
                         << " columns of " << x;
  }
  return success();
}

FactorRule OccurringRowsOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getX())[0], FactorKind::Replicated);
  unsigned column = rule.addFactor(shapeOf(getX())[1], FactorKind::Replicated);
  unsigned slot =
      rule.addFactor(shapeOf(getIndices())[0], FactorKind::Replicated);
  rule.operands = {{{row}, {column}}};
  rule.results = {{{slot}}, {{column}}};
  return rule;
}

//===----------------------------------------------------------------------===//
// sft.transform_gradient
//===----------------------------------------------------------------------===//

LogicalResult TransformGradientOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, ValueRange operands,
    DictionaryAttr, OpaqueProperties, RegionRange,
    SmallVectorImpl<Type> &types) {
  auto x = cast<CsrType>(operands[0].getType());
  auto indices = cast<RankedTensorType>(operands[1].getType());
  auto slots = cast<RankedTensorType>(operands[2].getType());
  auto dz = cast<RankedTensorType>(operands[3].getType());
  // C1
  if (dz.getRank() != 2 || dz.getDimSize(0) != x.getRows() ||
      dz.getElementType() != x.getElementType()) {
    return emitOptionalError(location, "sft.transform_gradient: dz ", dz,
                             " does not go with ", x, "; it is a matrix of ",
                             x.getElementType(), " with its ", x.getRows(),
                             " rows");
  }
  // C2
  if (indices.getRank() != 1 || slots.getRank() != 1 ||
      slots.getDimSize(0) != x.getColumns()) {
    return emitOptionalError(location, "sft.transform_gradient: indices ",
                             indices, " and slots ", slots, " do not go with ",
                             x, "; take those of sft.occurring_rows");
  }
  types.push_back(dz.clone({indices.getDimSize(0), dz.getDimSize(1)}));
  return success();
}

/// Rows are replicated, not reduced: it is far cheaper to gather a batch of
/// sparse rows and dz than to add up rows of W.
FactorRule TransformGradientOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getX())[0], FactorKind::Replicated);
  unsigned column = rule.addFactor(shapeOf(getX())[1], FactorKind::Replicated);
  unsigned slot =
      rule.addFactor(shapeOf(getIndices())[0], FactorKind::Replicated);
  unsigned n = rule.addFactor(shapeOf(getDz())[1]);
  rule.operands = {{{row}, {column}}, {{slot}}, {{column}}, {{row}, {n}}};
  rule.results = {{{slot}, {n}}};
  rule.linearIn = {false, false, false, true};
  return rule;
}

} // namespace sft
