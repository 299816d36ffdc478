//===- Optimizers.cpp - How a gradient changes a parameter ----------------===//
//
// Recurrences and their order of operations are those of torch.optim. Numbers
// that depend on rate and step alone are scalar ops, so that the tensor part is
// one elementwise expression.
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Formula.h"

#include <cmath>

using namespace mlir;

namespace sft {

namespace {

/// One update: `p` the parameter, `g` its gradient, `rate` in their type.
struct Update : Formula {
  Value p, g, rate;

  Update(OpBuilder &builder, Location loc, Value parameter, Value gradient,
         Value scheduledRate)
      : Formula{builder, loc}, p(parameter), g(gradient),
        rate(cast(scheduledRate, typeOf(parameter).getElementType())) {}

  /// L2 regularisation: its gradient joins the loss's.
  void decay(double weightDecay) {
    if (weightDecay != 0) {
      g = add(g, mul(weightDecay, p));
    }
  }

  Value moveAlong(Value direction) { return sub(p, mul(rate, direction)); }

  /// keep * average + (1 - keep) * x.
  Value average(double keep, Value old, Value x) {
    return add(mul(keep, old), mul(1 - keep, x));
  }

  /// momentum * velocity + x.
  Value accumulate(double momentum, Value velocity, Value x) {
    return add(mul(momentum, velocity), x);
  }

  /// 1 - beta^(step + 1) in f32. The plain difference would cancel to a few
  /// digits for beta near 1, so it is -expm1(x) = -2 tanh(x/2) / (1 -
  /// tanh(x/2)) with x = (step + 1) log(beta).
  Value biasCorrection(double beta, Value step) {
    Value count = add(cast(step, builder.getF32Type()), 1.0);
    if (beta == 0) {
      return number(count, 1);
    }
    Value t = op<TanhOp>(mul(0.5 * std::log(beta), count));
    return div(mul(-2.0, t), sub(1.0, t));
  }

  /// Both moments' step: {p', m', v'}.
  SmallVector<Value> adam(double beta1, double beta2, double eps,
                          ValueRange state, Value step) {
    Type element = typeOf(p).getElementType();
    Value m = average(beta1, state[0], g);
    Value v = average(beta2, state[1], square(g));
    Value size = div(rate, cast(biasCorrection(beta1, step), element));
    Value unbias = op<RsqrtOp>(cast(biasCorrection(beta2, step), element));
    Value root = add(mul(unbias, sqrt(v)), eps);
    return {sub(p, mul(size, div(m, root))), m, v};
  }
};

} // namespace

#define SFT_UPDATE(ATTR)                                                       \
  SmallVector<Value> ATTR::buildUpdate(                                        \
      OpBuilder &builder, Location loc, Value parameter, Value gradient,       \
      [[maybe_unused]] ValueRange state, Value rate,                           \
      [[maybe_unused]] Value step) const

//===----------------------------------------------------------------------===//
// Updates
//===----------------------------------------------------------------------===//

SmallVector<StringRef> SgdAttr::getStateNames() const {
  return getMomentum() > 0 ? SmallVector<StringRef>{"momentum"}
                           : SmallVector<StringRef>{};
}

SFT_UPDATE(SgdAttr) {
  Update b(builder, loc, parameter, gradient, rate);
  b.decay(getWeightDecay());
  if (state.empty()) {
    return {b.moveAlong(b.g)};
  }
  Value velocity = b.accumulate(getMomentum(), state[0], b.g);
  Value direction =
      getNesterov() ? b.accumulate(getMomentum(), velocity, b.g) : velocity;
  return {b.moveAlong(direction), velocity};
}

SmallVector<StringRef> AdagradAttr::getStateNames() const { return {"v"}; }

SFT_UPDATE(AdagradAttr) {
  Update b(builder, loc, parameter, gradient, rate);
  b.decay(getWeightDecay());
  Value v = b.add(state[0], b.square(b.g));
  return {b.moveAlong(b.div(b.g, b.add(b.sqrt(v), getEps()))), v};
}

SmallVector<StringRef> RmspropAttr::getStateNames() const {
  return getMomentum() > 0 ? SmallVector<StringRef>{"v", "momentum"}
                           : SmallVector<StringRef>{"v"};
}

SFT_UPDATE(RmspropAttr) {
  Update b(builder, loc, parameter, gradient, rate);
  b.decay(getWeightDecay());
  Value v = b.average(getAlpha(), state[0], b.square(b.g));
  Value direction = b.div(b.g, b.add(b.sqrt(v), getEps()));
  if (state.size() == 1) {
    return {b.moveAlong(direction), v};
  }
  Value velocity = b.accumulate(getMomentum(), state[1], direction);
  return {b.moveAlong(velocity), v, velocity};
}

SmallVector<StringRef> AdamAttr::getStateNames() const { return {"m", "v"}; }

SFT_UPDATE(AdamAttr) {
  Update b(builder, loc, parameter, gradient, rate);
  b.decay(getWeightDecay());
  return b.adam(getBeta1(), getBeta2(), getEps(), state, step);
}

SmallVector<StringRef> AdamwAttr::getStateNames() const { return {"m", "v"}; }

SFT_UPDATE(AdamwAttr) {
  Update b(builder, loc, parameter, gradient, rate);
  b.p = b.mul(b.sub(1.0, b.mul(getWeightDecay(), b.rate)), b.p);
  return b.adam(getBeta1(), getBeta2(), getEps(), state, step);
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

namespace {
using EmitError = function_ref<InFlightDiagnostic()>;

/// Reports the first number that is out of its range.
class Ranges {
public:
  explicit Ranges(EmitError emitError) : emitError(emitError) {}

  Ranges &positive(StringRef name, double value) {
    return require(value > 0, name, value, "positive");
  }
  Ranges &notNegative(StringRef name, double value) {
    return require(value >= 0, name, value, "0 or above");
  }
  Ranges &belowOne(StringRef name, double value) {
    return require(value >= 0 && value < 1, name, value, "in [0, 1)");
  }
  LogicalResult result() const { return state; }

private:
  Ranges &require(bool holds, StringRef name, double value, StringRef range) {
    if (succeeded(state) && !(holds && std::isfinite(value))) {
      state = emitError() << name << " = " << numberText(value) << " is not "
                          << range;
    }
    return *this;
  }

  EmitError emitError;
  LogicalResult state = success();
};
} // namespace

LogicalResult SgdAttr::verify(EmitError emitError, Number lr, Number momentum,
                              bool nesterov, Number weightDecay, bool) {
  if (nesterov && !(momentum > 0)) {
    return emitError() << "nesterov needs a momentum, such as momentum = 0.9";
  }
  return Ranges(emitError)
      .positive("lr", lr)
      .belowOne("momentum", momentum)
      .notNegative("weight_decay", weightDecay)
      .result();
}

LogicalResult AdagradAttr::verify(EmitError emitError, Number lr, Number eps,
                                  Number weightDecay, bool) {
  return Ranges(emitError)
      .positive("lr", lr)
      .positive("eps", eps)
      .notNegative("weight_decay", weightDecay)
      .result();
}

LogicalResult RmspropAttr::verify(EmitError emitError, Number lr, Number alpha,
                                  Number eps, Number momentum,
                                  Number weightDecay, bool) {
  return Ranges(emitError)
      .positive("lr", lr)
      .belowOne("alpha", alpha)
      .positive("eps", eps)
      .belowOne("momentum", momentum)
      .notNegative("weight_decay", weightDecay)
      .result();
}

static LogicalResult verifyAdam(EmitError emitError, double lr, double beta1,
                                double beta2, double eps, double weightDecay) {
  return Ranges(emitError)
      .positive("lr", lr)
      .belowOne("beta1", beta1)
      .belowOne("beta2", beta2)
      .positive("eps", eps)
      .notNegative("weight_decay", weightDecay)
      .result();
}

LogicalResult AdamAttr::verify(EmitError emitError, Number lr, Number beta1,
                               Number beta2, Number eps, Number weightDecay,
                               bool) {
  return verifyAdam(emitError, lr, beta1, beta2, eps, weightDecay);
}

LogicalResult AdamwAttr::verify(EmitError emitError, Number lr, Number beta1,
                                Number beta2, Number eps, Number weightDecay,
                                bool) {
  return verifyAdam(emitError, lr, beta1, beta2, eps, weightDecay);
}

} // namespace sft
