#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/Formula.h"
#include "dialects/sft/Product.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Linear.cpp.inc"

namespace sft {

void registerLinearOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Linear.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Products: types
//===----------------------------------------------------------------------===//

namespace {

/// An operand as the product sees it, transposed already.
struct MatrixShape {
  ArrayRef<int64_t> leading;
  int64_t rows, columns;

  MatrixShape(RankedTensorType type, bool transposed)
      : leading(type.getShape().drop_back(2)),
        rows(type.getShape().take_back(2)[transposed ? 1 : 0]),
        columns(type.getShape().take_back(2)[transposed ? 0 : 1]) {}
};

} // namespace

static LogicalResult requireOneElementType(StringRef opName,
                                           std::optional<Location> location,
                                           RankedTensorType a,
                                           RankedTensorType b) {
  if (a.getElementType() == b.getElementType()) {
    return success();
  }
  return emitOptionalError(location, opName, ": element types of ", a, " and ",
                           b, " differ; use sft.cast");
}

/// Constraints 1 and 2.
static LogicalResult verifyMatrices(StringRef name,
                                    std::optional<Location> location,
                                    RankedTensorType x, RankedTensorType y) {
  if (failed(requireOneElementType(name, location, x, y))) {
    return failure();
  }
  for (RankedTensorType type : {x, y}) {
    if (type.getRank() < 2) {
      return emitOptionalError(location, name, ": ", type,
                               " is not a matrix; use sft.reshape to give it a "
                               "dimension of size 1");
    }
  }
  return success();
}

/// Constraints 3 and 4; the product's shape.
static FailureOr<SmallVector<int64_t>>
productShape(StringRef name, std::optional<Location> location,
             RankedTensorType x, RankedTensorType y, MatrixShape left,
             MatrixShape right) {
  if (left.columns != right.rows) {
    return emitOptionalError(location, name, ": contracted sizes ",
                             left.columns, " of ", x, " and ", right.rows,
                             " of ", y,
                             " differ; is one of them stored transposed "
                             "(transpose_x, transpose_y)?");
  }
  auto shape = broadcastShapes(left.leading, right.leading);
  if (failed(shape)) {
    return emitOptionalError(
        location, name, ": leading dimensions of ", x, " and ", y,
        " do not broadcast; aligned at the last one, sizes must agree or be 1");
  }
  shape->append({left.rows, right.columns});
  return shape;
}

FailureOr<RankedTensorType> inferProduct(StringRef opName,
                                         std::optional<Location> location,
                                         RankedTensorType x, bool xTransposed,
                                         RankedTensorType y, bool yTransposed) {
  if (failed(verifyMatrices(opName, location, x, y))) {
    return failure();
  }
  auto shape =
      productShape(opName, location, x, y, {x, xTransposed}, {y, yTransposed});
  return failed(shape) ? FailureOr<RankedTensorType>(failure())
                       : RankedTensorType(x.clone(*shape));
}

//===----------------------------------------------------------------------===//
// sft.matmul: types
//===----------------------------------------------------------------------===//

/// The parser infers types before it moves a flag from the dictionary to the
/// op's properties.
static bool isFlagParsed(DictionaryAttr attributes, StringRef name) {
  return attributes && attributes.contains(name);
}

LogicalResult
MatmulOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  bool tx = op.getTransposeX() || isFlagParsed(attributes, "transpose_x");
  bool ty = op.getTransposeY() || isFlagParsed(attributes, "transpose_y");
  auto type = inferProduct(getOperationName(), location, typeOf(op.getX()), tx,
                           typeOf(op.getY()), ty);
  if (succeeded(type)) {
    types.push_back(*type);
  }
  return type;
}

//===----------------------------------------------------------------------===//
// sft.matmul: ([i,k],[k,j]) -> [i,j]
//===----------------------------------------------------------------------===//

/// The factors of an operand's leading dimensions: those of the result's, none
/// where it repeats.
static FactorRule::Dims leadingFactors(ArrayRef<int64_t> leading,
                                       ArrayRef<int64_t> result,
                                       unsigned first) {
  FactorRule::Dims dims;
  for (auto [i, size] : llvm::enumerate(leading)) {
    size_t at = result.size() - leading.size() + i;
    bool repeats = size == 1 && result[at] != 1;
    dims.emplace_back();
    if (!repeats) {
      dims.back().push_back(first + unsigned(at));
    }
  }
  return dims;
}

static void addMatrix(FactorRule::Dims &dims, unsigned row, unsigned column,
                      bool transposed) {
  dims.push_back({transposed ? column : row});
  dims.push_back({transposed ? row : column});
}

FactorRule MatmulOp::getFactorRule() {
  MatrixShape x(getX().getType(), getTransposeX());
  MatrixShape y(getY().getType(), getTransposeY());
  ArrayRef<int64_t> leading = getZ().getType().getShape().drop_back(2);
  FactorRule rule;
  unsigned i = rule.addFactor(x.rows), j = rule.addFactor(y.columns);
  unsigned k =
      rule.addFactor(x.columns, FactorKind::Reduction, ReduceKind::Sum);
  for (int64_t size : leading) {
    rule.addFactor(size);
  }
  rule.operands = {leadingFactors(x.leading, leading, k + 1),
                   leadingFactors(y.leading, leading, k + 1)};
  rule.results = {leadingFactors(leading, leading, k + 1)};
  addMatrix(rule.operands[0], i, k, getTransposeX());
  addMatrix(rule.operands[1], k, j, getTransposeY());
  addMatrix(rule.results[0], i, j, /*transposed=*/false);
  rule.linearIn = {true, true};
  return rule;
}

//===----------------------------------------------------------------------===//
// sft.matmul: dX = G Y^T, dY = X^T G, each in its operand's own storage order
//===----------------------------------------------------------------------===//

void MatmulOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                             SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Value x = getX(), y = getY(), g = gradients[0];
  bool tx = getTransposeX(), ty = getTransposeY();
  Value dx =
      tx ? f.op<MatmulOp>(y, g, ty, true) : f.op<MatmulOp>(g, y, false, !ty);
  Value dy =
      ty ? f.op<MatmulOp>(g, x, true, tx) : f.op<MatmulOp>(x, g, !tx, false);
  operandGradients[0] = f.sumLike(dx, x);
  operandGradients[1] = f.sumLike(dy, y);
}

//===----------------------------------------------------------------------===//
// sft.matmul: absorbing transpositions
//===----------------------------------------------------------------------===//

/// What `matrix` is the transpose of, leading dimensions left alone, or null.
static Value transposedMatrix(Value matrix) {
  auto transpose = matrix.getDefiningOp<TransposeOp>();
  if (!transpose) {
    return {};
  }
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  auto swapped =
      llvm::to_vector(llvm::seq<int64_t>(0, int64_t(permutation.size())));
  std::swap(swapped[swapped.size() - 1], swapped[swapped.size() - 2]);
  return ArrayRef(swapped) == permutation ? transpose.getX() : Value();
}

LogicalResult MatmulOp::canonicalize(MatmulOp op, PatternRewriter &rewriter) {
  Value x = transposedMatrix(op.getX()), y = transposedMatrix(op.getY());
  if (!x && !y) {
    return failure();
  }
  rewriter.replaceOpWithNewOp<MatmulOp>(
      op, x ? x : op.getX(), y ? y : op.getY(), op.getTransposeX() != bool(x),
      op.getTransposeY() != bool(y));
  return success();
}

//===----------------------------------------------------------------------===//
// sft.linear
//===----------------------------------------------------------------------===//

/// Constraint 2.
static LogicalResult verifyWeight(std::optional<Location> location,
                                  RankedTensorType x, RankedTensorType weight) {
  StringRef name = LinearOp::getOperationName();
  if (weight.getRank() != 2) {
    return emitOptionalError(location, name, ": weight ", weight,
                             " is not a matrix [in, out]");
  }
  if (x.getRank() == 0 || x.getShape().back() != weight.getDimSize(0)) {
    return emitOptionalError(location, name, ": the last dimension of ", x,
                             " and the ", weight.getDimSize(0),
                             " rows of weight ", weight,
                             " differ; a weight is [in, out]");
  }
  return success();
}

/// Constraint 3.
static LogicalResult verifyBias(std::optional<Location> location,
                                RankedTensorType weight,
                                RankedTensorType bias) {
  if (bias.getShape() == weight.getShape().drop_front()) {
    return success();
  }
  return emitOptionalError(location, LinearOp::getOperationName(), ": bias ",
                           bias, " does not match the columns of weight ",
                           weight, "; it must be ",
                           bias.clone(weight.getShape().drop_front()));
}

LogicalResult
LinearOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  Adaptor op(operands, attributes, properties, regions);
  RankedTensorType x = typeOf(op.getX()), weight = typeOf(op.getWeight());
  for (Value operand : operands.drop_front()) {
    if (failed(requireOneElementType(getOperationName(), location, x,
                                     typeOf(operand)))) {
      return failure();
    }
  }
  if (failed(verifyWeight(location, x, weight)) ||
      (op.getBias() &&
       failed(verifyBias(location, weight, typeOf(op.getBias()))))) {
    return failure();
  }
  SmallVector<int64_t> shape(x.getShape());
  shape.back() = weight.getDimSize(1);
  types.push_back(x.clone(shape));
  return success();
}

/// A vector as a matrix of one row. Leading dimensions stay apart, so that each
/// may be cut over the mesh; code generation makes one large product of them.
static Value asRows(Formula f, Value x) {
  ArrayRef<int64_t> shape = typeOf(x).getShape();
  return shape.size() > 1 ? x : f.reshape(x, typeOf(x).clone({1, shape[0]}));
}

SmallVector<Value> LinearOp::decompose(OpBuilder &builder) {
  Formula f{builder, getLoc()};
  Value y = f.op<MatmulOp>(asRows(f, getX()), getWeight(), false, false);
  if (getBias()) {
    y = f.add(y, getBias());
  }
  return {f.reshape(y, getY().getType())};
}

void LinearOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                             SmallVectorImpl<Value> &operandGradients) {
  Formula f{builder, getLoc()};
  Value x = asRows(f, getX()), g = asRows(f, gradients[0]);
  Value dx = f.op<MatmulOp>(g, getWeight(), false, true);
  operandGradients[0] = f.reshape(dx, getX().getType());
  operandGradients[1] =
      f.sumLike(f.op<MatmulOp>(x, g, true, false), getWeight());
  if (getBias()) {
    operandGradients[2] = f.sumLike(g, getBias());
  }
}

} // namespace sft
