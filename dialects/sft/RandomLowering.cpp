//===- RandomLowering.cpp - Philox4x32-10 in arith ops --------------------===//
//
// No memory, no branches: one stream of 32- and 64-bit integer ops an element,
// which vectorises like any arithmetic.
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Broadcasting.h"

#include <array>

using namespace mlir;

namespace sft {

namespace {

struct PhiloxBuilder {
  OpBuilder &builder;
  Location loc;

  template <typename Op> Value op(Value x, Value y) {
    return Op::create(builder, loc, x, y);
  }
  Value word(uint32_t value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI32IntegerAttr(int32_t(value)));
  }
  Value wide(int64_t value) {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI64IntegerAttr(value));
  }
  Value lowWord(Value x) {
    return arith::TruncIOp::create(builder, loc, builder.getI32Type(), x);
  }
  Value highWord(Value x) { return lowWord(op<arith::ShRUIOp>(x, wide(32))); }
  /// All 64 bits of a product of words.
  Value product(uint32_t factor, Value x) {
    Value extended =
        arith::ExtUIOp::create(builder, loc, builder.getI64Type(), x);
    return op<arith::MulIOp>(extended, wide(int64_t(factor)));
  }
  Value mix(Value x, Value y, Value key) {
    return op<arith::XOrIOp>(op<arith::XOrIOp>(x, y), key);
  }

  /// The first word of Philox4x32-10.
  Value philox(std::array<Value, 4> c, std::array<Value, 2> key) {
    for (int round = 0; round < 10; ++round) {
      Value p0 = product(0xD2511F53, c[0]), p1 = product(0xCD9E8D57, c[2]);
      c = {mix(highWord(p1), c[1], key[0]), lowWord(p1),
           mix(highWord(p0), c[3], key[1]), lowWord(p0)};
      key = {op<arith::AddIOp>(key[0], word(0x9E3779B9)),
             op<arith::AddIOp>(key[1], word(0xBB67AE85))};
    }
    return c[0];
  }

  /// ((bits >> 9) + 0.5) * 2^-23: exact in f32 and never 0 or 1.
  Value uniform(Value bits) {
    Type f32 = builder.getF32Type();
    auto number = [&](float value) {
      return arith::ConstantOp::create(builder, loc,
                                       builder.getF32FloatAttr(value));
    };
    Value integer = op<arith::ShRUIOp>(bits, word(9));
    Value x = arith::SIToFPOp::create(builder, loc, f32, integer);
    return op<arith::MulFOp>(op<arith::AddFOp>(x, number(0.5f)),
                             number(0x1p-23f));
  }

  Value toFloat(Value x, Type type) {
    unsigned width = type.getIntOrFloatBitWidth();
    if (width == 32) {
      return x;
    }
    return width > 32 ? Value(arith::ExtFOp::create(builder, loc, type, x))
                      : Value(arith::TruncFOp::create(builder, loc, type, x));
  }
};

} // namespace

SmallVector<int64_t> RandomUniformOp::getLoopBounds() {
  return shapeOf(getY());
}

bool RandomUniformOp::usesIndices() { return true; }

AffineMap RandomUniformOp::getOperandMap(unsigned i) {
  return broadcastMap(getOperand(i), getY());
}

/// Row-major position of the element in the whole value.
static Value globalPosition(PhiloxBuilder &b, ArrayRef<int64_t> shape,
                            ArrayRef<Value> offsets, ArrayRef<Value> indices) {
  Value position = b.wide(0);
  for (size_t d = 0; d < shape.size(); ++d) {
    Value at = arith::IndexCastOp::create(b.builder, b.loc,
                                          b.builder.getI64Type(), indices[d]);
    if (!offsets.empty()) {
      at = b.op<arith::AddIOp>(at, offsets[d]);
    }
    position = b.op<arith::AddIOp>(
        b.op<arith::MulIOp>(position, b.wide(shape[d])), at);
  }
  return position;
}

Value RandomUniformOp::buildBody(OpBuilder &builder, Location loc,
                                 ArrayRef<Value> operands,
                                 ArrayRef<Value> indices) {
  PhiloxBuilder b{builder, loc};
  ArrayRef<int64_t> shape =
      getGlobalShape().value_or(getY().getType().getShape());
  Value seed = operands[0], step = operands[1];
  Value position = globalPosition(b, shape, operands.drop_front(2), indices);
  Value stream = b.op<arith::AddIOp>(
      b.highWord(step), b.word(uint32_t(getStream() + (getWord() << 30))));
  Value bits = b.philox(
      {b.lowWord(position), b.highWord(position), b.lowWord(step), stream},
      {b.lowWord(seed), b.highWord(seed)});
  return b.toFloat(b.uniform(bits), getY().getType().getElementType());
}

} // namespace sft
