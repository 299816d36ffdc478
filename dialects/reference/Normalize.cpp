#include "dialects/sft/Sft.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sft {

using reference::Tensor;

/// The elements of a tensor along one axis, all other indices fixed.
struct Line {
  const Tensor &tensor;
  int64_t start, stride, length;

  int64_t position(int64_t i) const { return start + i * stride; }
  double operator[](int64_t i) const { return tensor[position(i)]; }
};

/// Calls f(line) for each line of `x` along `axis`.
template <typename F>
static void forEachLine(const Tensor &x, int64_t axis, F f) {
  ArrayRef<int64_t> shape = x.shape;
  int64_t length = shape[size_t(axis)];
  int64_t stride =
      llvm::product_of(shape.drop_front(size_t(axis) + 1), int64_t(1));
  for (int64_t start = 0; start < x.size(); ++start) {
    bool isFirstOfLine = start / stride % length == 0;
    if (isFirstOfLine) {
      f(Line{x, start, stride, length});
    }
  }
}

static double mean(Line line, llvm::function_ref<double(double)> term) {
  double sum = 0;
  for (int64_t i = 0; i < line.length; ++i) {
    sum += term(line[i]);
  }
  return sum / double(line.length);
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

static double largestOf(Line line) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < line.length; ++i) {
    largest = std::fmax(largest, line[i]);
  }
  return largest;
}

/// Calls f(position, x - log sum e^x) for each element of each line.
template <typename F>
static void forEachLogSoftmax(const Tensor &x, int64_t axis, F f) {
  forEachLine(x, axis, [&](Line line) {
    double largest = largestOf(line), sum = 0;
    for (int64_t i = 0; i < line.length; ++i) {
      sum += std::exp(line[i] - largest);
    }
    for (int64_t i = 0; i < line.length; ++i) {
      f(line.position(i), line[i] - largest - std::log(sum));
    }
  });
}

LogicalResult LogSoftmaxOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  forEachLogSoftmax(operands[0], getDimension(),
                    [&](int64_t at, double value) { results[0][at] = value; });
  return success();
}

LogicalResult SoftmaxOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  forEachLogSoftmax(operands[0], getDimension(), [&](int64_t at, double value) {
    results[0][at] = std::exp(value);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

LogicalResult LayerNormOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  const Tensor &scale = operands[1], &shift = operands[2];
  double epsilon = getEpsilon().convertToDouble();
  forEachLine(operands[0], operands[0].rank() - 1, [&](Line x) {
    double centre = mean(x, [](double v) { return v; });
    double variance =
        mean(x, [&](double v) { return (v - centre) * (v - centre); });
    for (int64_t i = 0; i < x.length; ++i) {
      double normal = (x[i] - centre) / std::sqrt(variance + epsilon);
      results[0][x.position(i)] = normal * scale[i] + shift[i];
    }
  });
  return success();
}

LogicalResult RmsNormOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  const Tensor &scale = operands[1];
  double epsilon = getEpsilon().convertToDouble();
  forEachLine(operands[0], operands[0].rank() - 1, [&](Line x) {
    double meanSquare = mean(x, [](double v) { return v * v; });
    for (int64_t i = 0; i < x.length; ++i) {
      results[0][x.position(i)] =
          x[i] / std::sqrt(meanSquare + epsilon) * scale[i];
    }
  });
  return success();
}

} // namespace sft
