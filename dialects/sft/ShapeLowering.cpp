//===- ShapeLowering.cpp - Loops of pad and concat ------------------------===//
#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/KernelLoops.h"

using namespace mlir;

namespace sft {

Value PadOp::buildBody(OpBuilder &builder, Location loc,
                       ArrayRef<Value> operands, ArrayRef<Value> indices) {
  KernelBuilder k{builder, loc};
  Value inside;
  SmallVector<Value> source(indices);
  for (auto [d, size] : llvm::enumerate(getX().getType().getShape())) {
    if (getLow()[d] == 0 && getHigh()[d] == 0) {
      continue;
    }
    Value at = k.add(indices[d], k.index(-getLow()[d]));
    Value here = k.isBelow(at, size);
    source[d] = k.choose(here, at, k.index(0));
    inside = inside ? Value(arith::AndIOp::create(builder, loc, inside, here))
                    : here;
  }
  Value element = k.load(operands[0], source);
  if (!inside) {
    return element;
  }
  Value zero = k.number(element.getType(), 0);
  return k.choose(inside, element, zero);
}

void ConcatOp::buildKernel(OpBuilder &builder, ArrayRef<Value> operands,
                           ArrayRef<Value> results, ValueRange) {
  KernelBuilder k{builder, getLoc()};
  int64_t offset = 0;
  for (auto [value, buffer] : llvm::zip_equal(getOperands(), operands)) {
    SmallVector<int64_t> shape = shapeOf(value);
    k.forEach(shape, [&](ValueRange indices) {
      SmallVector<Value> target(indices);
      target[getAxis()] = k.add(target[getAxis()], k.index(offset));
      k.store(k.load(buffer, indices), results[0], target);
    });
    offset += shape[getAxis()];
  }
}

} // namespace sft
