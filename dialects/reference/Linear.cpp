#include "dialects/sft/Sft.h"

using namespace mlir;

namespace sft {

using reference::forEachIndex;
using reference::Tensor;

/// Element (row, column) of the matrix of `t` that takes part in the product's
/// matrix `leading`: leading dimensions broadcast.
static double matrixElement(const Tensor &t, ArrayRef<int64_t> leading,
                            int64_t row, int64_t column, bool transposed) {
  SmallVector<int64_t> at(leading.take_back(t.shape.size() - 2));
  for (size_t d = 0; d < at.size(); ++d) {
    at[d] = t.shape[d] == 1 ? 0 : at[d];
  }
  if (transposed) {
    std::swap(row, column);
  }
  at.append({row, column});
  return t[t.position(at)];
}

LogicalResult MatmulOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0], &y = operands[1];
  int64_t depth = x.shape[x.shape.size() - (getTransposeX() ? 2 : 1)];
  forEachIndex(results[0].shape, [&](ArrayRef<int64_t> index) {
    ArrayRef<int64_t> leading = index.drop_back(2);
    int64_t i = index[leading.size()], j = index.back();
    double &z = results[0][results[0].position(index)];
    for (int64_t k = 0; k < depth; ++k) {
      z += matrixElement(x, leading, i, k, getTransposeX()) *
           matrixElement(y, leading, k, j, getTransposeY());
    }
  });
  return success();
}

LogicalResult LinearOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0], &weight = operands[1];
  int64_t in = weight.shape[0], out = weight.shape[1];
  for (int64_t at = 0; at < results[0].size(); ++at) {
    int64_t row = at / out, j = at % out;
    double y = operands.size() == 3 ? operands[2][j] : 0;
    for (int64_t i = 0; i < in; ++i) {
      y += x[row * in + i] * weight[i * out + j];
    }
    results[0][at] = y;
  }
  return success();
}

} // namespace sft
