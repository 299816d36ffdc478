//===- ElementwiseBody.cpp - One element in arith and math ops ------------===//
#include "dialects/sft/Broadcasting.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace sft {

arith::FastMathFlagsAttr fastMathFlags(OpBuilder &builder) {
  return arith::FastMathFlagsAttr::get(builder.getContext(),
                                       arith::FastMathFlags::contract |
                                           arith::FastMathFlags::reassoc);
}

namespace {

/// Short names for the ops that bodies are made of; picks the float or integer
/// op by type.
struct Body {
  OpBuilder &builder;
  Location loc;

  bool isFloat(Value v) const { return isa<FloatType>(v.getType()); }
  template <typename Op> Value f(Value x) {
    return Op::create(builder, loc, x, fastMathFlags(builder));
  }
  template <typename Op> Value f(Value x, Value y) {
    return Op::create(builder, loc, x, y, fastMathFlags(builder));
  }
  template <typename FloatOp, typename IntOp> Value either(Value x, Value y) {
    return isFloat(x) ? f<FloatOp>(x, y)
                      : Value(IntOp::create(builder, loc, x, y));
  }
  Value number(Value like, double value) {
    Type type = like.getType();
    TypedAttr attr = isFloat(like)
                         ? TypedAttr(FloatAttr::get(type, value))
                         : TypedAttr(IntegerAttr::get(type, int64_t(value)));
    return arith::ConstantOp::create(builder, loc, attr);
  }
  Value add(Value x, Value y) {
    return either<arith::AddFOp, arith::AddIOp>(x, y);
  }
  Value sub(Value x, Value y) {
    return either<arith::SubFOp, arith::SubIOp>(x, y);
  }
  Value mul(Value x, Value y) {
    return either<arith::MulFOp, arith::MulIOp>(x, y);
  }
  Value div(Value x, Value y) {
    return either<arith::DivFOp, arith::DivSIOp>(x, y);
  }
  Value compare(CompareKind kind, Value x, Value y) {
    using F = arith::CmpFPredicate;
    using I = arith::CmpIPredicate;
    constexpr F floats[] = {F::OEQ, F::UNE, F::OLT, F::OLE, F::OGT, F::OGE};
    constexpr I ints[] = {I::eq, I::ne, I::slt, I::sle, I::sgt, I::sge};
    auto i = size_t(kind);
    if (isFloat(x)) {
      return arith::CmpFOp::create(builder, loc, floats[i], x, y);
    }
    return arith::CmpIOp::create(builder, loc, ints[i], x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(builder, loc, condition, x, y);
  }
  Value sigmoid(Value x) {
    Value one = number(x, 1);
    return div(one, add(one, f<math::ExpOp>(f<arith::NegFOp>(x))));
  }
};

} // namespace

#define SFT_BODY(OP)                                                           \
  Value OP::buildBody(OpBuilder &builder, Location loc, ArrayRef<Value> v,     \
                      ArrayRef<Value>)
#define SFT_UNARY_BODY(OP, expression)                                         \
  SFT_BODY(OP) {                                                               \
    [[maybe_unused]] Body b{builder, loc};                                     \
    Value x = v[0];                                                            \
    return expression;                                                         \
  }
#define SFT_BINARY_BODY(OP, expression)                                        \
  SFT_BODY(OP) {                                                               \
    [[maybe_unused]] Body b{builder, loc};                                     \
    Value x = v[0], y = v[1];                                                  \
    return expression;                                                         \
  }

SFT_UNARY_BODY(NegOp, b.f<arith::NegFOp>(x))
SFT_UNARY_BODY(ExpOp, b.f<math::ExpOp>(x))
SFT_UNARY_BODY(LogOp, b.f<math::LogOp>(x))
SFT_UNARY_BODY(SqrtOp, b.f<math::SqrtOp>(x))
SFT_UNARY_BODY(RsqrtOp, b.div(b.number(x, 1), b.f<math::SqrtOp>(x)))
SFT_UNARY_BODY(AbsOp, b.f<math::AbsFOp>(x))
SFT_UNARY_BODY(SquareOp, b.mul(x, x))
SFT_UNARY_BODY(CosOp, b.f<math::CosOp>(x))
SFT_UNARY_BODY(SinOp, b.f<math::SinOp>(x))
SFT_UNARY_BODY(FloorOp, b.f<math::FloorOp>(x))
SFT_UNARY_BODY(ErfOp, b.f<math::ErfOp>(x))
SFT_UNARY_BODY(TanhOp, b.f<math::TanhOp>(x))
SFT_UNARY_BODY(SigmoidOp, b.sigmoid(x))
SFT_UNARY_BODY(SiluOp, b.mul(x, b.sigmoid(x)))
SFT_UNARY_BODY(StopGradientOp, x)
// NaN stays NaN: the comparison is false for it.
SFT_UNARY_BODY(ReluOp, b.select(b.compare(CompareKind::Le, x, b.number(x, 0)),
                                b.number(x, 0), x))

SFT_BODY(SignOp) {
  Body b{builder, loc};
  Value zero = b.number(v[0], 0);
  Value negative = b.select(b.compare(CompareKind::Lt, v[0], zero),
                            b.number(v[0], -1), zero);
  return b.select(b.compare(CompareKind::Gt, v[0], zero), b.number(v[0], 1),
                  negative);
}

SFT_BODY(SoftplusOp) {
  Body b{builder, loc};
  Value x = v[0];
  Value decay = b.f<math::ExpOp>(b.f<arith::NegFOp>(b.f<math::AbsFOp>(x)));
  Value positive = b.f<arith::MaximumFOp>(x, b.number(x, 0));
  return b.add(positive, b.f<math::Log1pOp>(decay));
}

SFT_BODY(GeluOp) {
  Body b{builder, loc};
  Value x = v[0], inner;
  if (getApproximate()) {
    Value cube = b.mul(b.mul(x, x), b.mul(x, b.number(x, 0.044715)));
    inner = b.f<math::TanhOp>(
        b.mul(b.number(x, std::sqrt(2 / M_PI)), b.add(x, cube)));
  } else {
    inner = b.f<math::ErfOp>(b.mul(x, b.number(x, M_SQRT1_2)));
  }
  return b.mul(b.mul(b.number(x, 0.5), x), b.add(b.number(x, 1), inner));
}

SFT_BINARY_BODY(AddOp, b.add(x, y))
SFT_BINARY_BODY(SubOp, b.sub(x, y))
SFT_BINARY_BODY(MulOp, b.mul(x, y))
SFT_BINARY_BODY(DivOp, b.div(x, y))
SFT_BINARY_BODY(MinOp, (b.either<arith::MinimumFOp, arith::MinSIOp>(x, y)))
SFT_BINARY_BODY(MaxOp, (b.either<arith::MaximumFOp, arith::MaxSIOp>(x, y)))
SFT_BINARY_BODY(CompareOp, b.compare(getKind(), x, y))

// exp(y log x): the approximation that vectorises; x > 0.
SFT_BINARY_BODY(PowOp, b.f<math::ExpOp>(b.mul(y, b.f<math::LogOp>(x))))

SFT_BODY(SelectOp) { return Body{builder, loc}.select(v[0], v[1], v[2]); }

SFT_BODY(CastOp) {
  Type to = getY().getType().getElementType();
  Value x = v[0];
  bool fromFloat = isa<FloatType>(x.getType()), toFloat = isa<FloatType>(to);
  unsigned fromBits = x.getType().getIntOrFloatBitWidth();
  unsigned toBits = to.getIntOrFloatBitWidth();
  if (fromFloat && toFloat) {
    return fromBits < toBits
               ? Value(arith::ExtFOp::create(builder, loc, to, x))
               : Value(arith::TruncFOp::create(builder, loc, to, x));
  }
  if (fromFloat) {
    return arith::FPToSIOp::create(builder, loc, to, x);
  }
  if (fromBits == 1) {
    return toFloat ? Value(arith::UIToFPOp::create(builder, loc, to, x))
                   : Value(arith::ExtUIOp::create(builder, loc, to, x));
  }
  if (toFloat) {
    return arith::SIToFPOp::create(builder, loc, to, x);
  }
  return fromBits < toBits
             ? Value(arith::ExtSIOp::create(builder, loc, to, x))
             : Value(arith::TruncIOp::create(builder, loc, to, x));
}

SFT_BODY(ConstantOp) {
  (void)v;
  auto elements = cast<DenseElementsAttr>(getValue());
  return arith::ConstantOp::create(builder, loc,
                                   elements.getSplatValue<TypedAttr>());
}

} // namespace sft
