#include "dialects/sft/Formula.h"

#include "llvm/Support/xxhash.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace sft {

int64_t randomStream(StringRef name) {
  return int64_t(llvm::xxh3_64bits(name) & ((uint64_t(1) << 30) - 1));
}

namespace {

/// One parameter's initial value.
struct Initial : Formula {
  RankedTensorType type;
  StringRef name;

  Value constant(double value) {
    return buildConstant(builder, loc, type, value);
  }

  /// Uniform on (0, 1).
  Value random(int64_t word) {
    auto scalar = RankedTensorType::get({}, builder.getI64Type());
    Value seed = RuntimeScalarOp::create(builder, loc, scalar,
                                         RuntimeScalarKind::Seed, {}, {});
    Value step = buildConstant(builder, loc, scalar, 0);
    return RandomUniformOp::create(builder, loc, type, seed, step, ValueRange(),
                                   randomStream(name), word,
                                   DenseI64ArrayAttr());
  }

  Value affine(double scale, Value x, double shift) {
    Value scaled = scale == 1 ? x : mul(scale, x);
    return shift == 0 ? scaled : add(scaled, shift);
  }

  Value uniform(double low, double high) {
    return affine(high - low, random(0), low);
  }
  Value uniformWithin(double limit) { return uniform(-limit, limit); }

  /// Box & Muller 1958.
  Value normal(double mean, double stddev) {
    Value radius = sqrt(mul(-2.0, op<LogOp>(random(0))));
    Value angle = mul(2 * M_PI, random(1));
    return affine(stddev, mul(radius, op<CosOp>(angle)), mean);
  }

  /// By inversion: uniform between the cuts' probabilities.
  Value truncatedNormal(double mean, double stddev) {
    double cut = std::erf(2 / M_SQRT2);
    Value x = affine(2 * cut, random(0), -cut);
    return affine(M_SQRT2 * stddev, inverseErf(x), mean);
  }

  /// Giles 2010, single precision, of |x| < 0.9966: between the cuts of the
  /// truncated normal only the central branch is met.
  Value inverseErf(Value x) {
    constexpr double coefficients[] = {
        2.81022636e-08,  3.43273939e-07, -3.5233877e-06,
        -4.39150654e-06, 0.00021858087,  -0.00125372503,
        -0.00417768164,  0.246640727,    1.50140941};
    Value w = sub(-2.5, op<LogOp>(sub(1.0, square(x))));
    Value p = number(x, coefficients[0]);
    for (double c : llvm::drop_begin(coefficients)) {
      p = add(mul(p, w), c);
    }
    return mul(p, x);
  }
};

struct Fans {
  double in, out;
};

Fans fansOf(RankedTensorType type) {
  ArrayRef<int64_t> shape = type.getShape();
  if (shape.size() < 2) {
    double size = double(type.getNumElements());
    return {size, size};
  }
  double field = std::accumulate(shape.begin(), shape.end() - 2, 1.0,
                                 std::multiplies<double>());
  return {field * double(shape[shape.size() - 2]),
          field * double(shape.back())};
}

} // namespace

#define SFT_INITIALIZER(ATTR)                                                  \
  Value ATTR::buildInitialValue(OpBuilder &builder, Location loc,              \
                                RankedTensorType type, StringRef name) const
#define SFT_SIMPLE_INITIALIZER(ATTR, expression)                               \
  SFT_INITIALIZER(ATTR) {                                                      \
    Initial b{{builder, loc}, type, name};                                     \
    [[maybe_unused]] Fans fans = fansOf(type);                                 \
    return expression;                                                         \
  }

SFT_SIMPLE_INITIALIZER(ZerosAttr, b.constant(0))
SFT_SIMPLE_INITIALIZER(OnesAttr, b.constant(1))
SFT_SIMPLE_INITIALIZER(ConstantInitAttr, b.constant(getValue()))
SFT_SIMPLE_INITIALIZER(UniformAttr, b.uniform(getLow(), getHigh()))
SFT_SIMPLE_INITIALIZER(NormalAttr, b.normal(getMean(), getStddev()))
SFT_SIMPLE_INITIALIZER(TruncatedNormalAttr,
                       b.truncatedNormal(getMean(), getStddev()))
SFT_SIMPLE_INITIALIZER(GlorotUniformAttr,
                       b.uniformWithin(std::sqrt(6 / (fans.in + fans.out))))
SFT_SIMPLE_INITIALIZER(GlorotNormalAttr,
                       b.normal(0, std::sqrt(2 / (fans.in + fans.out))))
SFT_SIMPLE_INITIALIZER(HeUniformAttr, b.uniformWithin(std::sqrt(6 / fans.in)))
SFT_SIMPLE_INITIALIZER(HeNormalAttr, b.normal(0, std::sqrt(2 / fans.in)))

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

using EmitError = function_ref<InFlightDiagnostic()>;

LogicalResult ConstantInitAttr::verify(EmitError emitError, Number value) {
  return std::isfinite(value) ? success()
                              : emitError() << "the value is not finite";
}

LogicalResult UniformAttr::verify(EmitError emitError, Number low,
                                  Number high) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
    return emitError() << "low = " << numberText(low)
                       << " is not below high = " << numberText(high);
  }
  return success();
}

static LogicalResult verifyNormal(EmitError emitError, double mean,
                                  double stddev) {
  if (!std::isfinite(mean)) {
    return emitError() << "mean is not finite";
  }
  if (!std::isfinite(stddev) || !(stddev > 0)) {
    return emitError() << "stddev = " << numberText(stddev)
                       << " is not positive";
  }
  return success();
}

LogicalResult NormalAttr::verify(EmitError emitError, Number mean,
                                 Number stddev) {
  return verifyNormal(emitError, mean, stddev);
}

LogicalResult TruncatedNormalAttr::verify(EmitError emitError, Number mean,
                                          Number stddev) {
  return verifyNormal(emitError, mean, stddev);
}

} // namespace sft
