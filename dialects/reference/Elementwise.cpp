#include "dialects/sft/Broadcasting.h"

using namespace mlir;

namespace sft::reference {

Tensor::Tensor(ArrayRef<int64_t> shape, double value)
    : shape(shape), data(size_t(llvm::product_of(shape, int64_t(1))), value) {}

int64_t Tensor::size() const { return llvm::product_of(shape, int64_t(1)); }

int64_t Tensor::position(ArrayRef<int64_t> index) const {
  int64_t at = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    at = at * shape[d] + index[d];
  }
  return at;
}

/// The element of `t` that stands at `index`, the `at`-th, of `result`, to
/// whose shape `t` is broadcast.
static double broadcastElement(const Tensor &t, const Tensor &result,
                               ArrayRef<int64_t> index, size_t at) {
  if (t.data.size() == result.data.size()) {
    return t.data[at];
  }
  SmallVector<int64_t> own(index.take_back(t.shape.size()));
  for (size_t d = 0; d < own.size(); ++d) {
    own[d] = t.shape[d] == 1 ? 0 : own[d];
  }
  return t[t.position(own)];
}

void evaluateElementwise(ArrayRef<Tensor> operands, Tensor &result,
                         llvm::function_ref<double(ArrayRef<double>)> scalar) {
  SmallVector<double> values(operands.size());
  size_t at = 0;
  forEachIndex(result.shape, [&](ArrayRef<int64_t> index) {
    for (auto [value, operand] : llvm::zip_equal(values, operands)) {
      value = broadcastElement(operand, result, index, at);
    }
    result.data[at++] = scalar(values);
  });
}

bool compare(CompareKind kind, double x, double y) {
  switch (kind) {
  case CompareKind::Eq:
    return x == y;
  case CompareKind::Ne:
    return x != y;
  case CompareKind::Lt:
    return x < y;
  case CompareKind::Le:
    return x <= y;
  case CompareKind::Gt:
    return x > y;
  case CompareKind::Ge:
    return x >= y;
  }
  llvm_unreachable("unknown comparison");
}

double divide(double x, double y, ShapedType type) {
  double quotient = x / y;
  return isa<IntegerType>(type.getElementType()) ? std::trunc(quotient)
                                                 : quotient;
}

} // namespace sft::reference

namespace sft {

LogicalResult CastOp::evaluate(ArrayRef<reference::Tensor> operands,
                               MutableArrayRef<reference::Tensor> results) {
  bool toInteger = isa<IntegerType>(getY().getType().getElementType());
  for (int64_t i = 0; i < results[0].size(); ++i) {
    double x = operands[0][i];
    results[0][i] = toInteger ? std::trunc(x) : x;
  }
  return success();
}

LogicalResult ConstantOp::evaluate(ArrayRef<reference::Tensor>,
                                   MutableArrayRef<reference::Tensor> results) {
  auto elements = cast<DenseElementsAttr>(getValue());
  bool isFloat = isa<FloatType>(elements.getElementType());
  double value = isFloat
                     ? elements.getSplatValue<APFloat>().convertToDouble()
                     : double(elements.getSplatValue<APInt>().getSExtValue());
  if (elements.getElementType().isInteger(1)) {
    value = elements.getSplatValue<APInt>().getZExtValue() != 0;
  }
  std::fill(results[0].data.begin(), results[0].data.end(), value);
  return success();
}

} // namespace sft
