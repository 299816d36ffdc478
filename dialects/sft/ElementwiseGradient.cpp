//===- ElementwiseGradient.cpp - dL/dx from dL/dy, in sft ops -------------===//
#include "dialects/sft/Formula.h"

using namespace mlir;

namespace sft {

#define SFT_GRADIENT(OP)                                                       \
  void OP::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,        \
                         SmallVectorImpl<Value> &dx)
#define SFT_UNARY_GRADIENT(OP, expression)                                     \
  SFT_GRADIENT(OP) {                                                           \
    Formula b{builder, getLoc()};                                              \
    [[maybe_unused]] Value x = getX(), y = getY(), g = gradients[0];           \
    dx[0] = expression;                                                        \
  }

SFT_UNARY_GRADIENT(NegOp, b.neg(g))
SFT_UNARY_GRADIENT(ExpOp, b.mul(g, y))
SFT_UNARY_GRADIENT(LogOp, b.div(g, x))
SFT_UNARY_GRADIENT(SqrtOp, b.div(b.mul(0.5, g), y))
SFT_UNARY_GRADIENT(RsqrtOp, b.mul(g, b.mul(-0.5, b.div(y, x))))
SFT_UNARY_GRADIENT(AbsOp, b.mul(g, b.op<SignOp>(x)))
SFT_UNARY_GRADIENT(SquareOp, b.mul(2.0, b.mul(g, x)))
SFT_UNARY_GRADIENT(CosOp, b.neg(b.mul(g, b.op<SinOp>(x))))
SFT_UNARY_GRADIENT(SinOp, b.mul(g, b.op<CosOp>(x)))
SFT_UNARY_GRADIENT(ErfOp, b.mul(b.mul(2 / std::sqrt(M_PI), g),
                                b.op<ExpOp>(b.neg(b.op<SquareOp>(x)))))
SFT_UNARY_GRADIENT(TanhOp, b.mul(g, b.sub(b.number(y, 1), b.op<SquareOp>(y))))
SFT_UNARY_GRADIENT(SigmoidOp, b.mul(g, b.mul(y, b.sub(b.number(y, 1), y))))
// From y rather than x, so that x need not be kept.
SFT_UNARY_GRADIENT(ReluOp, b.where(CompareKind::Gt, y, b.number(y, 0), g))
SFT_UNARY_GRADIENT(SoftplusOp, b.mul(g, b.op<SigmoidOp>(x)))

// Constant almost everywhere, or cut off: no gradient.
SFT_GRADIENT(SignOp) { (void)builder, (void)gradients, (void)dx; }
SFT_GRADIENT(FloorOp) { (void)builder, (void)gradients, (void)dx; }
SFT_GRADIENT(StopGradientOp) { (void)builder, (void)gradients, (void)dx; }

// s + x s (1 - s), s = sigmoid(x).
SFT_GRADIENT(SiluOp) {
  Formula b{builder, getLoc()};
  Value x = getX(), s = b.op<SigmoidOp>(x);
  Value slope = b.add(s, b.mul(b.mul(x, s), b.sub(b.number(s, 1), s)));
  dx[0] = b.mul(gradients[0], slope);
}

/// Phi(x) + x phi(x), or the derivative of the tanh form.
static Value geluSlope(Formula b, Value x, bool approximate) {
  Value one = b.number(x, 1);
  Value square = b.op<SquareOp>(x);
  if (!approximate) {
    Value cdf = b.mul(0.5, b.add(b.op<ErfOp>(b.mul(M_SQRT1_2, x)), one));
    Value density =
        b.mul(1 / std::sqrt(2 * M_PI), b.op<ExpOp>(b.mul(-0.5, square)));
    return b.add(cdf, b.mul(x, density));
  }
  double c = std::sqrt(2 / M_PI), k = 0.044715;
  Value t = b.op<TanhOp>(b.mul(c, b.mul(x, b.add(b.mul(k, square), one))));
  Value inner = b.mul(c, b.add(b.mul(3 * k, square), one));
  Value bump =
      b.mul(b.mul(0.5, x), b.mul(b.sub(one, b.op<SquareOp>(t)), inner));
  return b.add(b.mul(0.5, b.add(t, one)), bump);
}

SFT_GRADIENT(GeluOp) {
  Formula b{builder, getLoc()};
  dx[0] = b.mul(gradients[0], geluSlope(b, getX(), getApproximate()));
}

//===----------------------------------------------------------------------===//
// Binary: each side's gradient is summed to the side's shape
//===----------------------------------------------------------------------===//

#define SFT_BINARY_GRADIENT(OP, gx, gy)                                        \
  SFT_GRADIENT(OP) {                                                           \
    Formula b{builder, getLoc()};                                              \
    [[maybe_unused]] Value x = getX(), y = getY(), z = getZ(),                 \
                           g = gradients[0];                                   \
    dx[0] = b.sumLike(gx, x);                                                  \
    dx[1] = b.sumLike(gy, y);                                                  \
  }

SFT_BINARY_GRADIENT(AddOp, g, g)
SFT_BINARY_GRADIENT(SubOp, g, b.neg(g))
SFT_BINARY_GRADIENT(MulOp, b.mul(g, y), b.mul(g, x))
SFT_BINARY_GRADIENT(DivOp, b.div(g, y), b.neg(b.div(b.mul(g, z), y)))
SFT_BINARY_GRADIENT(PowOp, b.mul(g, b.div(b.mul(y, z), x)),
                    b.mul(g, b.mul(z, b.op<LogOp>(x))))

/// The winner takes the gradient, ties take half each.
static Value share(Formula b, CompareKind wins, Value mine, Value other,
                   Value g) {
  Value half = b.where(CompareKind::Eq, mine, other, b.mul(0.5, g));
  return b.add(b.where(wins, mine, other, g), half);
}
SFT_BINARY_GRADIENT(MinOp, share(b, CompareKind::Lt, x, y, g),
                    share(b, CompareKind::Lt, y, x, g))
SFT_BINARY_GRADIENT(MaxOp, share(b, CompareKind::Gt, x, y, g),
                    share(b, CompareKind::Gt, y, x, g))

SFT_GRADIENT(SelectOp) {
  Formula b{builder, getLoc()};
  Value g = gradients[0], zero = b.number(g, 0), c = getCondition();
  dx[1] = b.sumLike(b.op<SelectOp>(c, g, zero), getX());
  dx[2] = b.sumLike(b.op<SelectOp>(c, zero, g), getY());
}

SFT_GRADIENT(CastOp) {
  if (isa<FloatType>(getX().getType().getElementType()) &&
      isa<FloatType>(getY().getType().getElementType())) {
    dx[0] = CastOp::create(builder, getLoc(), getX().getType(), gradients[0]);
  }
}

} // namespace sft
