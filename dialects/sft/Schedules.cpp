#include "dialects/sft/Formula.h"

#include <cmath>

using namespace mlir;

namespace sft {

using EmitError = function_ref<InFlightDiagnostic()>;

#define SFT_SCHEDULE(ATTR)                                                     \
  Value ATTR::buildRate(OpBuilder &builder, Location loc, Value baseRate,      \
                        Value step) const

SFT_SCHEDULE(ConstantRateAttr) {
  (void)builder, (void)loc, (void)step;
  return baseRate;
}

SFT_SCHEDULE(StepDecayAttr) {
  Formula b{builder, loc};
  Value decays = b.op<FloorOp>(b.div(step, b.number(step, double(getEvery()))));
  return b.mul(baseRate, b.op<PowOp>(b.number(step, getFactor()), decays));
}

SFT_SCHEDULE(CosineAttr) {
  Formula b{builder, loc};
  Value steps = b.number(step, double(getSteps()));
  Value done = b.div(b.op<MinOp>(step, steps), steps);
  Value wave = b.add(b.op<CosOp>(b.mul(M_PI, done)), 1.0);
  Value factor = b.add(b.mul(0.5 * (1 - getFloor()), wave), getFloor());
  return b.mul(baseRate, factor);
}

SFT_SCHEDULE(WarmupAttr) {
  Formula b{builder, loc};
  Value steps = b.number(step, double(getSteps()));
  Value rising = b.mul(baseRate, b.div(b.add(step, 1.0), steps));
  Value after = baseRate;
  if (getThen()) {
    after = cast<ScheduleAttrInterface>(getThen()).buildRate(
        builder, loc, baseRate, b.sub(step, steps));
  }
  return b.select(b.compare(CompareKind::Lt, step, steps), rising, after);
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static LogicalResult verifySteps(EmitError emitError, StringRef name,
                                 int64_t steps) {
  // Steps are counted in f32.
  if (steps < 1 || steps > (int64_t(1) << 24)) {
    return emitError() << name << " = " << steps << " is not 1 to 2^24 steps";
  }
  return success();
}

LogicalResult StepDecayAttr::verify(EmitError emitError, int64_t every,
                                    Number factor) {
  if (!(factor > 0 && factor <= 1)) {
    return emitError() << "factor = " << numberText(factor)
                       << " is not in (0, 1]";
  }
  return verifySteps(emitError, "every", every);
}

LogicalResult CosineAttr::verify(EmitError emitError, int64_t steps,
                                 Number floor) {
  if (!(floor >= 0 && floor <= 1)) {
    return emitError() << "floor = " << numberText(floor)
                       << " is not in [0, 1]";
  }
  return verifySteps(emitError, "steps", steps);
}

LogicalResult WarmupAttr::verify(EmitError emitError, int64_t steps,
                                 Attribute then) {
  if (then && !isa<ScheduleAttrInterface>(then)) {
    return emitError() << "then = " << then
                       << "; expected a schedule like #sft.cosine<steps = "
                          "1000>";
  }
  return verifySteps(emitError, "steps", steps);
}

} // namespace sft
