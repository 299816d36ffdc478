//===- ShapeGradient.cpp - Gradients move back where values came from -----===//
#include "dialects/sft/Broadcasting.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace sft {

void ReshapeOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                              SmallVectorImpl<Value> &dx) {
  dx[0] = ReshapeOp::create(builder, getLoc(), getX().getType(), gradients[0]);
}

void TransposeOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                SmallVectorImpl<Value> &dx) {
  dx[0] = TransposeOp::create(builder, getLoc(), gradients[0],
                              invertPermutationVector(getPermutation()));
}

void BroadcastOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                SmallVectorImpl<Value> &dx) {
  dx[0] = sumToType(builder, getLoc(), gradients[0], getX().getType());
}

void SliceOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                            SmallVectorImpl<Value> &dx) {
  SmallVector<int64_t> high;
  for (auto [d, size] : llvm::enumerate(getX().getType().getShape())) {
    high.push_back(size - getOffsets()[d] - getSizes()[d]);
  }
  dx[0] = PadOp::create(builder, getLoc(), gradients[0], getOffsets(), high);
}

void PadOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                          SmallVectorImpl<Value> &dx) {
  dx[0] = SliceOp::create(builder, getLoc(), gradients[0], getLow(),
                          getX().getType().getShape());
}

void ConcatOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                             SmallVectorImpl<Value> &dx) {
  SmallVector<int64_t> offsets(shapeOf(getResult()).size(), 0);
  for (auto [i, operand] : llvm::enumerate(getOperands())) {
    SmallVector<int64_t> shape = shapeOf(operand);
    dx[i] = SliceOp::create(builder, getLoc(), gradients[0], offsets, shape);
    offsets[getAxis()] += shape[getAxis()];
  }
}

} // namespace sft
