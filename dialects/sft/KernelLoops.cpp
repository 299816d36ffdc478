#include "dialects/sft/KernelLoops.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace sft {

static ArrayRef<int64_t> bufferShape(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getShape();
}

static Type bufferElement(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getElementType();
}

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value KernelBuilder::number(Type type, int64_t value) {
  TypedAttr attr = isa<FloatType>(type)
                       ? TypedAttr(FloatAttr::get(type, double(value)))
                       : TypedAttr(IntegerAttr::get(type, value));
  return arith::ConstantOp::create(builder, loc, attr);
}

Value KernelBuilder::toIndex(Value integer) {
  return arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                    integer);
}

Value KernelBuilder::toInt32(Value index) {
  return arith::IndexCastOp::create(builder, loc, builder.getI32Type(), index);
}

Value KernelBuilder::add(Value x, Value y) {
  if (isa<FloatType>(getElementTypeOrSelf(x))) {
    return arith::AddFOp::create(builder, loc, x, y, fastMathFlags(builder));
  }
  return arith::AddIOp::create(builder, loc, x, y);
}

Value KernelBuilder::sub(Value x, Value y) {
  return arith::SubIOp::create(builder, loc, x, y);
}

Value KernelBuilder::mul(Value x, Value y) {
  if (isa<FloatType>(getElementTypeOrSelf(x))) {
    return arith::MulFOp::create(builder, loc, x, y, fastMathFlags(builder));
  }
  return arith::MulIOp::create(builder, loc, x, y);
}

Value KernelBuilder::load(Value buffer, ValueRange indices) {
  return memref::LoadOp::create(builder, loc, buffer, indices);
}

Value KernelBuilder::loadAs(Type element, Value buffer, ValueRange indices) {
  Value value = load(buffer, indices);
  if (value.getType() == element) {
    return value;
  }
  Value zero = arith::ConstantOp::create(
      builder, loc, cast<TypedAttr>(builder.getZeroAttr(value.getType())));
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, value,
                               zero);
}

void KernelBuilder::store(Value value, Value buffer, ValueRange indices) {
  memref::StoreOp::create(builder, loc, value, buffer, indices);
}

Value KernelBuilder::isNegative(Value x) {
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, x,
                               number(x.getType(), 0));
}

Value KernelBuilder::isBelow(Value x, int64_t bound) {
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, x,
                               number(x.getType(), bound));
}

Value KernelBuilder::choose(Value condition, Value x, Value y) {
  return arith::SelectOp::create(builder, loc, condition, x, y);
}

void KernelBuilder::ifTrue(Value condition, llvm::function_ref<void()> then) {
  auto branch = scf::IfOp::create(builder, loc, condition, /*else=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  then();
}

Value KernelBuilder::loadRowOrZero(Value table, Value row, Value column) {
  Value inside = isBelow(row, bufferShape(table).front());
  Value safe = choose(inside, row, index(0));
  Value zero = number(bufferElement(table), 0);
  return choose(inside, load(table, {safe, column}), zero);
}

Value KernelBuilder::carry(Value from, Value to, Value initial,
                           llvm::function_ref<Value(Value, Value)> body) {
  auto loop = scf::ForOp::create(builder, loc, from, to, index(1), initial);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value next = body(loop.getInductionVar(), loop.getRegionIterArg(0));
  scf::YieldOp::create(builder, loc, next);
  return loop.getResult(0);
}

void KernelBuilder::forEach(Value from, Value to,
                            llvm::function_ref<void(Value)> body,
                            int64_t step) {
  auto loop = scf::ForOp::create(builder, loc, from, to, index(step));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void KernelBuilder::forEach(ArrayRef<int64_t> shape, LoopBody body) {
  OpBuilder::InsertionGuard guard(builder);
  Value from = index(0), step = index(1);
  SmallVector<Value> indices, ends;
  for (int64_t size : shape) {
    ends.push_back(index(size));
  }
  for (Value to : ends) {
    auto loop = scf::ForOp::create(builder, loc, from, to, step);
    builder.setInsertionPointToStart(loop.getBody());
    indices.push_back(loop.getInductionVar());
  }
  body(indices);
}

void KernelBuilder::fill(Value buffer, int64_t value) {
  Value element = number(bufferElement(buffer), value);
  forEach(bufferShape(buffer),
          [&](ValueRange indices) { store(element, buffer, indices); });
}

void KernelBuilder::zeroRow(Value buffer, Value row) {
  Value zero = number(bufferElement(buffer), 0);
  forEach(bufferShape(buffer).back(), [&](ValueRange column) {
    store(zero, buffer, {row, column.front()});
  });
}

void KernelBuilder::accumulateRow(Value to, Value toRow, Value from,
                                  ValueRange fromIndices, Value scale) {
  forEach(bufferShape(to).back(), [&](ValueRange column) {
    SmallVector<Value> source(fromIndices);
    source.push_back(column.front());
    Value addend = load(from, source);
    if (scale) {
      addend = mul(scale, addend);
    }
    SmallVector<Value> target{toRow, column.front()};
    store(add(load(to, target), addend), to, target);
  });
}

} // namespace sft
