#include "dialects/sft/Broadcasting.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Index.cpp.inc"

namespace sft {

void registerIndexOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Index.cpp.inc"
      >();
}

static int64_t rankOf(Value value) { return int64_t(shapeOf(value).size()); }

/// The indices' dimensions followed by the row.
static SmallVector<int64_t> rowsShape(Value indices, int64_t width) {
  SmallVector<int64_t> shape = shapeOf(indices);
  shape.push_back(width);
  return shape;
}

static LogicalResult inferRows(StringRef op, std::optional<Location> location,
                               Value table, Value indices,
                               SmallVectorImpl<Type> &types) {
  auto type = cast<RankedTensorType>(table.getType());
  if (type.getRank() != 2) {
    return emitOptionalError(location, op, ": the table is a matrix [rows, ",
                             "width], not ", type, "; use sft.reshape");
  }
  types.push_back(type.clone(rowsShape(indices, type.getDimSize(1))));
  return success();
}

//===----------------------------------------------------------------------===//
// sft.embedding and its gradient
//===----------------------------------------------------------------------===//

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            ValueRange operands, DictionaryAttr,
                                            OpaqueProperties, RegionRange,
                                            SmallVectorImpl<Type> &types) {
  // C1
  return inferRows("sft.embedding", location, operands[0], operands[1], types);
}

void EmbeddingOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                SmallVectorImpl<Value> &dx) {
  dx[0] = ScatterAddOp::create(builder, getLoc(), getTable().getType(),
                               getIndices(), gradients[0], getOffset());
}

IndexLimits EmbeddingOp::getIndexLimits(OpOperand &operand,
                                        const IndexLimits &) {
  return operand.get() == getIndices()
             ? IndexLimits(getTable().getType().getDimSize(0))
             : IndexLimits();
}

LogicalResult ScatterAddOp::verify() {
  RankedTensorType updates = getUpdates().getType(), y = getY().getType();
  // C1
  if (y.getRank() != 2 ||
      updates.getShape() !=
          ArrayRef(rowsShape(getIndices(), y.getShape().back()))) {
    return emitOpError() << "sums rows of " << updates << " at indices "
                         << getIndices().getType() << " into " << y
                         << "; updates have the indices' dimensions followed "
                            "by the width of the result, a matrix";
  }
  // C2
  if (updates.getElementType() != y.getElementType()) {
    return emitOpError() << "element types of " << updates << " and " << y
                         << " differ; use sft.cast";
  }
  return success();
}

IndexLimits ScatterAddOp::getIndexLimits(OpOperand &operand,
                                         const IndexLimits &) {
  return operand.get() == getIndices()
             ? IndexLimits(getY().getType().getDimSize(0))
             : IndexLimits();
}

void ScatterAddOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                 SmallVectorImpl<Value> &dx) {
  dx[1] = EmbeddingOp::create(builder, getLoc(), gradients[0], getIndices(),
                              getOffset());
}

//===----------------------------------------------------------------------===//
// Rows for the optimizer
//===----------------------------------------------------------------------===//

LogicalResult GatherRowsOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> location,
                                             ValueRange operands,
                                             DictionaryAttr, OpaqueProperties,
                                             RegionRange,
                                             SmallVectorImpl<Type> &types) {
  // C1
  if (rankOf(operands[1]) != 1) {
    return emitOptionalError(location, "sft.gather_rows: the indices are a ",
                             "vector, not ", operands[1].getType(),
                             "; sft.embedding takes any shape");
  }
  return inferRows("sft.gather_rows", location, operands[0], operands[1],
                   types);
}

LogicalResult ScatterRowsOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> location,
                                              ValueRange operands,
                                              DictionaryAttr, OpaqueProperties,
                                              RegionRange,
                                              SmallVectorImpl<Type> &types) {
  auto table = cast<RankedTensorType>(operands[0].getType());
  auto indices = cast<RankedTensorType>(operands[1].getType());
  auto rows = cast<RankedTensorType>(operands[2].getType());
  // C1
  bool fits = table.getRank() == 2 && indices.getRank() == 1 &&
              table.getElementType() == rows.getElementType() &&
              rows.getShape() ==
                  ArrayRef(rowsShape(operands[1], table.getShape().back()));
  if (!fits) {
    return emitOptionalError(location, "sft.scatter_rows: cannot put ", rows,
                             " at ", indices, " into ", table,
                             "; table and rows are matrices of one width and ",
                             "element type, with one index for each row");
  }
  types.push_back(table);
  return success();
}

LogicalResult ExpandRowsOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> location,
                                             ValueRange operands,
                                             DictionaryAttr, OpaqueProperties,
                                             RegionRange,
                                             SmallVectorImpl<Type> &types) {
  auto rows = cast<RankedTensorType>(operands[1].getType());
  // C1
  if (rows.getRank() != 2) {
    return emitOptionalError(location, "sft.expand_rows: rows is a matrix ",
                             "[indices, width], not ", rows);
  }
  // C2
  if (rankOf(operands[0]) != 1 ||
      shapeOf(operands[2]) != SmallVector<int64_t>{rows.getDimSize(0)}) {
    return emitOptionalError(
        location, "sft.expand_rows: slots ", operands[0].getType(),
        " and indices ", operands[2].getType(), " do not go with rows ", rows,
        "; both are vectors, indices as long as rows");
  }
  types.push_back(rows.clone(rowsShape(operands[0], rows.getDimSize(1))));
  return success();
}

LogicalResult OccurringIndicesOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr, OpaqueProperties properties, RegionRange,
    SmallVectorImpl<Type> &types) {
  int64_t rows = properties.as<Properties *>()->rows.getInt();
  // C1
  if (rows < 1) {
    return emitOptionalError(location, "sft.occurring_indices: a table of ",
                             rows, " rows has none for an index");
  }
  auto x = cast<RankedTensorType>(operands[0].getType());
  Type i32 = IntegerType::get(context, 32);
  int64_t most = std::min(x.getNumElements(), rows);
  types.append({RankedTensorType::get({most}, i32),
                RankedTensorType::get({rows}, i32), x.clone(i32)});
  return success();
}

//===----------------------------------------------------------------------===//
// Positions and random numbers
//===----------------------------------------------------------------------===//

LogicalResult IotaOp::verify() {
  // C1
  if (int64_t(getAxis()) < 0 || int64_t(getAxis()) >= rankOf(getY())) {
    return emitOpError() << "axis " << int64_t(getAxis())
                         << " is not a dimension of " << getY().getType();
  }
  return success();
}

LogicalResult RandomUniformOp::verify() {
  // C1
  if (getStream() >= uint64_t(1) << 30 || getWord() >= 4) {
    return emitOpError() << "draws word " << int64_t(getWord()) << " of stream "
                         << int64_t(getStream())
                         << "; words are 0 to 3, streams 0 to 2^30 - 1";
  }
  // C2
  size_t rank = size_t(rankOf(getY()));
  size_t extents = getGlobalShape() ? getGlobalShape()->size() : 0;
  bool isShard = !getOffsets().empty() || getGlobalShape();
  if (isShard && (getOffsets().size() != rank || extents != rank)) {
    return emitOpError() << "has " << getOffsets().size() << " offsets and "
                         << extents << " global extents for the " << rank
                         << " dimensions of " << getY().getType();
  }
  return success();
}

LogicalResult DropoutOp::verify() {
  double rate = getRate().convertToDouble();
  // C1; false for NaN.
  if (!(rate >= 0 && rate < 1)) {
    return emitOpError() << "rate " << numberText(rate)
                         << " is not in [0, 1); 0.1 drops every tenth element";
  }
  return success();
}

} // namespace sft
