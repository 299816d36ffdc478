//===- IndexLowering.cpp - Loops of rows by index and positions -----------===//
#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/KernelLoops.h"

using namespace mlir;

namespace sft {

/// Operands are read at the leading loops, as many as they have dimensions.
static AffineMap leadingMap(Value operand, unsigned loops) {
  SmallVector<AffineExpr> exprs;
  for (unsigned d = 0; d < shapeOf(operand).size(); ++d) {
    exprs.push_back(getAffineDimExpr(d, operand.getContext()));
  }
  return AffineMap::get(loops, 0, exprs, operand.getContext());
}

//===----------------------------------------------------------------------===//
// Rows of a table; the body reads the table itself
//===----------------------------------------------------------------------===//

SmallVector<int64_t> EmbeddingOp::getLoopBounds() { return shapeOf(getY()); }

AffineMap EmbeddingOp::getOperandMap(unsigned i) {
  unsigned loops = unsigned(shapeOf(getY()).size());
  return i == 0 ? AffineMap() : leadingMap(getOperand(i), loops);
}

Value EmbeddingOp::buildBody(OpBuilder &builder, Location loc,
                             ArrayRef<Value> operands,
                             ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  Value row = k.toIndex(operands[1]);
  if (getOffset()) {
    row = k.sub(row, k.toIndex(operands[2]));
  }
  return k.loadRowOrZero(operands[0], row, indices.back());
}

SmallVector<int64_t> GatherRowsOp::getLoopBounds() { return shapeOf(getY()); }

AffineMap GatherRowsOp::getOperandMap(unsigned i) {
  return i == 0 ? AffineMap() : leadingMap(getIndices(), 2);
}

Value GatherRowsOp::buildBody(OpBuilder &builder, Location loc,
                              ArrayRef<Value> operands,
                              ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  return k.loadRowOrZero(operands[0], k.toIndex(operands[1]), indices.back());
}

SmallVector<int64_t> ExpandRowsOp::getLoopBounds() { return shapeOf(getY()); }

/// The inverse map in operand 2 is not read.
AffineMap ExpandRowsOp::getOperandMap(unsigned i) {
  return i == 0 ? leadingMap(getSlots(), 2) : AffineMap();
}

Value ExpandRowsOp::buildBody(OpBuilder &builder, Location loc,
                              ArrayRef<Value> operands,
                              ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  return k.loadRowOrZero(operands[1], k.toIndex(operands[0]), indices.back());
}

//===----------------------------------------------------------------------===//
// sft.scatter_rows: in place
//===----------------------------------------------------------------------===//

SmallVector<int64_t> ScatterRowsOp::getLoopBounds() {
  return shapeOf(getRows());
}

AffineMap ScatterRowsOp::getOperandMap(unsigned i) {
  return i == 0 ? AffineMap() : leadingMap(getOperand(i), 2);
}

std::optional<unsigned> ScatterRowsOp::getUpdatedOperand() { return 0; }

Value ScatterRowsOp::buildBody(OpBuilder &builder, Location loc,
                               ArrayRef<Value> operands,
                               ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  Value row = k.toIndex(operands[1]);
  k.ifTrue(k.isBelow(row, shapeOf(getTable())[0]),
           [&] { k.store(operands[2], operands[0], {row, indices.back()}); });
  return {};
}

//===----------------------------------------------------------------------===//
// sft.scatter_add
//===----------------------------------------------------------------------===//

void ScatterAddOp::buildKernel(OpBuilder &builder, ArrayRef<Value> operands,
                               ArrayRef<Value> results, ValueRange) {
  KernelBuilder k{builder, getLoc()};
  k.fill(results[0], 0);
  k.forEach(shapeOf(getIndices()), [&](ValueRange at) {
    Value row = k.toIndex(k.load(operands[0], at));
    if (getOffset()) {
      row = k.sub(row, k.toIndex(k.load(operands[2], {})));
    }
    k.ifTrue(k.isBelow(row, shapeOf(getY())[0]),
             [&] { k.accumulateRow(results[0], row, operands[1], at); });
  });
}

//===----------------------------------------------------------------------===//
// sft.occurring_indices
//===----------------------------------------------------------------------===//

/// One loop for each dimension of a box, row-major, that hand a count on.
using CountBody = function_ref<Value(ArrayRef<Value> at, Value count)>;
static Value countAlong(KernelBuilder &k, ArrayRef<int64_t> shape,
                        SmallVector<Value> at, Value count, CountBody body) {
  if (at.size() == shape.size()) {
    return body(at, count);
  }
  Value end = k.index(shape[at.size()]);
  return k.carry(k.index(0), end, count, [&](Value i, Value count) {
    SmallVector<Value> inner = at;
    inner.push_back(i);
    return countAlong(k, shape, inner, count, body);
  });
}

void OccurringIndicesOp::buildKernel(OpBuilder &builder,
                                     ArrayRef<Value> operands,
                                     ArrayRef<Value> results, ValueRange) {
  KernelBuilder k{builder, getLoc()};
  Value indices = results[0], slots = results[1], places = results[2];
  Type i32 = builder.getI32Type();
  k.fill(indices, -1);
  k.fill(slots, -1);
  auto number = [&](ArrayRef<Value> at, Value count) -> Value {
    Value row = k.toIndex(k.load(operands[0], at));
    Value exists = k.isBelow(row, int64_t(getRows()));
    row = k.choose(exists, row, k.index(0));
    Value slot = k.load(slots, row);
    Value isNew = k.isNegative(k.choose(exists, slot, k.number(i32, 0)));
    Value next = k.toInt32(count);
    k.ifTrue(isNew, [&] {
      k.store(next, slots, row);
      k.store(k.toInt32(row), indices, count);
    });
    Value place = k.choose(isNew, next, slot);
    k.store(k.choose(exists, place, k.number(i32, -1)), places, at);
    return k.add(count, k.choose(isNew, k.index(1), k.index(0)));
  };
  countAlong(k, shapeOf(getX()), {}, k.index(0), number);
}

//===----------------------------------------------------------------------===//
// sft.iota
//===----------------------------------------------------------------------===//

SmallVector<int64_t> IotaOp::getLoopBounds() { return shapeOf(getY()); }

bool IotaOp::usesIndices() { return true; }

AffineMap IotaOp::getOperandMap(unsigned i) {
  return broadcastMap(getOperand(i), getY());
}

Value IotaOp::buildBody(OpBuilder &builder, Location loc,
                        ArrayRef<Value> operands, ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  Value at = indices[getAxis()];
  if (!operands.empty()) {
    at = k.add(at, k.toIndex(operands[0]));
  }
  return arith::IndexCastOp::create(builder, loc,
                                    getY().getType().getElementType(), at);
}

} // namespace sft
