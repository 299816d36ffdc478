#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/KernelLoops.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Shard.cpp.inc"

namespace sft {

void registerShardOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Shard.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// sft.shard
//===----------------------------------------------------------------------===//

LogicalResult ShardOp::verify() {
  size_t rank = getX().getType().getShape().size();
  if (getCut() && getCut()->getDims().size() != rank) {
    return emitOpError() << "names axes for " << getCut()->getDims().size()
                         << " dimensions of a value that has " << rank
                         << "; write `-` for a dimension that is not cut";
  }
  return success();
}

FactorRule ShardOp::getFactorRule() {
  FactorRule rule;
  rule.operands.resize(1);
  for (int64_t size : shapeOf(getX())) {
    rule.operands[0].push_back({rule.addFactor(size)});
  }
  rule.results = rule.operands;
  rule.linearIn = {true};
  return rule;
}

/// The gradient is cut as the value is.
void ShardOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                            SmallVectorImpl<Value> &dx) {
  dx[0] = ShardOp::create(builder, getLoc(), getX().getType(), gradients[0],
                          getCutAttr(), FlatSymbolRefAttr());
}

//===----------------------------------------------------------------------===//
// sft.part
//===----------------------------------------------------------------------===//

LogicalResult PartOp::verify() {
  SmallVector<int64_t> from = shapeOf(getX()), to = shapeOf(getY());
  size_t dim = size_t(getDim());
  if (from.size() != to.size() || dim >= from.size() || to[dim] == 0 ||
      from[dim] % to[dim] != 0) {
    return emitOpError() << getY().getType() << " is no part of "
                         << getX().getType() << " along dimension " << dim;
  }
  to[dim] = from[dim];
  if (from != to ||
      getX().getType().getElementType() != getY().getType().getElementType()) {
    return emitOpError() << "changes more than dimension " << dim << " of "
                         << getX().getType() << ": " << getY().getType();
  }
  return success();
}

SmallVector<int64_t> PartOp::getLoopBounds() { return shapeOf(getY()); }

AffineMap PartOp::getOperandMap(unsigned i) {
  return i == 0 ? AffineMap()
                : AffineMap::get(unsigned(shapeOf(getY()).size()), 0,
                                 getContext());
}

Value PartOp::buildBody(OpBuilder &builder, Location loc,
                        ArrayRef<Value> operands, ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  SmallVector<Value> source(indices);
  Value first =
      k.mul(k.toIndex(operands[1]), k.index(shapeOf(getY())[getDim()]));
  source[getDim()] = k.add(source[getDim()], first);
  Type element = cast<RankedTensorType>(getX().getType()).getElementType();
  return k.loadAs(element, operands[0], source);
}

} // namespace sft
