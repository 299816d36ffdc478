#include "dialects/sft/Sft.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sft {

using reference::Tensor;

//===----------------------------------------------------------------------===//
// Pairs of elements
//===----------------------------------------------------------------------===//

static double meanOfPairs(ArrayRef<Tensor> operands,
                          llvm::function_ref<double(double x, double t)> term) {
  const Tensor &prediction = operands[0], &target = operands[1];
  double sum = 0;
  for (int64_t i = 0; i < prediction.size(); ++i) {
    sum += term(prediction[i], target[i]);
  }
  return sum / double(prediction.size());
}

/// Keeps NaN, unlike std::fmax.
static double positivePart(double x) { return x <= 0 ? 0.0 : x; }

#define SFT_PAIRWISE(OP, term)                                                 \
  LogicalResult OP::evaluate(ArrayRef<Tensor> operands,                        \
                             MutableArrayRef<Tensor> results) {                \
    results[0][0] = meanOfPairs(                                               \
        operands, [](double x, double t) -> double { return term; });          \
    return success();                                                          \
  }

SFT_PAIRWISE(MseLossOp, (x - t) * (x - t))
SFT_PAIRWISE(MaeLossOp, std::fabs(x - t))
SFT_PAIRWISE(BinaryCrossEntropyOp,
             std::fmax(x, 0.0) + std::log1p(std::exp(-std::fabs(x))) - x * t)
SFT_PAIRWISE(HingeLossOp, positivePart(1 - t * x))
SFT_PAIRWISE(PerceptronLossOp, std::fmax(0.0, -t *x))
SFT_PAIRWISE(BinaryAccuracyOp, (x > 0) == (t > 0))

//===----------------------------------------------------------------------===//
// Rows of logits and a label each
//===----------------------------------------------------------------------===//

static double
meanOfRows(ArrayRef<Tensor> operands,
           llvm::function_ref<double(ArrayRef<double>, int64_t label)> term) {
  const Tensor &logits = operands[0], &labels = operands[1];
  auto classes = size_t(logits.shape.back());
  double sum = 0;
  for (int64_t row = 0; row < labels.size(); ++row) {
    ArrayRef<double> values(logits.data.data() + size_t(row) * classes,
                            classes);
    sum += term(values, int64_t(labels[row]));
  }
  return sum / double(labels.size());
}

static bool isClass(ArrayRef<double> logits, int64_t label) {
  return label >= 0 && label < int64_t(logits.size());
}

static double crossEntropy(ArrayRef<double> logits, int64_t label) {
  if (!isClass(logits, label)) {
    return std::numeric_limits<double>::infinity();
  }
  double largest = *llvm::max_element(logits), sum = 0;
  for (double logit : logits) {
    sum += std::exp(logit - largest);
  }
  return std::log(sum) - (logits[size_t(label)] - largest);
}

LogicalResult SoftmaxCrossEntropyOp::evaluate(ArrayRef<Tensor> operands,
                                              MutableArrayRef<Tensor> results) {
  results[0][0] = meanOfRows(operands, crossEntropy);
  return success();
}

static double isHit(ArrayRef<double> logits, int64_t label) {
  return isClass(logits, label) && llvm::all_of(logits, [&](double logit) {
           return logit <= logits[size_t(label)];
         });
}

LogicalResult AccuracyOp::evaluate(ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  results[0][0] = meanOfRows(operands, isHit);
  return success();
}

} // namespace sft
