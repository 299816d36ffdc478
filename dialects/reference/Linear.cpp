#include "dialects/sft/Sft.h"

using namespace mlir;

namespace sft {

using reference::forEachIndex;
using reference::Tensor;

namespace {

/// One matrix of a tensor's last two dimensions.
struct Matrix {
  const double *data;
  int64_t rowStride, columnStride;

  double at(int64_t row, int64_t column) const {
    return data[row * rowStride + column * columnStride];
  }
};

} // namespace

/// The matrix of `t` that takes part in the product's matrix `leading`: leading
/// dimensions broadcast.
static Matrix matrixOf(const Tensor &t, ArrayRef<int64_t> leading,
                       bool transposed) {
  SmallVector<int64_t> at(leading.take_back(t.shape.size() - 2));
  for (size_t d = 0; d < at.size(); ++d) {
    at[d] = t.shape[d] == 1 ? 0 : at[d];
  }
  at.append({0, 0});
  const double *data = t.data.data() + t.position(at);
  int64_t width = t.shape.back();
  return transposed ? Matrix{data, 1, width} : Matrix{data, width, 1};
}

/// z += x y, each element's terms in their order.
static void addProduct(Matrix x, Matrix y, MutableArrayRef<double> z,
                       int64_t depth, int64_t columns) {
  for (int64_t i = 0; i * columns < int64_t(z.size()); ++i) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t j = 0; j < columns; ++j) {
        z[size_t(i * columns + j)] += x.at(i, k) * y.at(k, j);
      }
    }
  }
}

LogicalResult MatmulOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0], &y = operands[1];
  Tensor &z = results[0];
  int64_t depth = x.shape[x.shape.size() - (getTransposeX() ? 2 : 1)];
  int64_t columns = z.shape.back();
  auto size = size_t(z.shape[z.shape.size() - 2] * columns);
  MutableArrayRef<double> rest(z.data);
  forEachIndex(ArrayRef(z.shape).drop_back(2), [&](ArrayRef<int64_t> leading) {
    addProduct(matrixOf(x, leading, getTransposeX()),
               matrixOf(y, leading, getTransposeY()), rest.take_front(size),
               depth, columns);
    rest = rest.drop_front(size);
  });
  return success();
}

LogicalResult LinearOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0], &weight = operands[1];
  Tensor &y = results[0];
  int64_t in = weight.shape[0], out = weight.shape[1];
  if (operands.size() == 3) {
    for (int64_t at = 0; at < y.size(); ++at) {
      y[at] = operands[2][at % out];
    }
  }
  addProduct({x.data.data(), in, 1}, {weight.data.data(), out, 1}, y.data, in,
             out);
  return success();
}

} // namespace sft
