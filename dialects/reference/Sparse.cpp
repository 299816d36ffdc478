#include "dialects/sft/Sft.h"

using namespace mlir;
using sft::reference::Tensor;

namespace sft {

/// f(row, column, value) for each stored value, row by row.
template <typename F> static void forEachEntry(const Tensor &x, F f) {
  for (int64_t row = 0; row < x.shape[0]; ++row) {
    int64_t end = x.rowOffsets[size_t(row) + 1];
    for (int64_t i = x.rowOffsets[size_t(row)]; i < end; ++i) {
      f(row, x.columns[size_t(i)], x[i]);
    }
  }
}

LogicalResult TransformOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  const Tensor &w = operands[1];
  Tensor &z = results[0];
  int64_t offset = operands.size() > 2 ? int64_t(operands[2][0]) : 0;
  forEachEntry(operands[0], [&](int64_t row, int64_t column, double x) {
    column -= offset;
    if (column < 0 || column >= w.shape[0]) {
      return;
    }
    for (int64_t j = 0; j < w.shape[1]; ++j) {
      z[z.position({row, j})] += x * w[w.position({column, j})];
    }
  });
  return success();
}

LogicalResult OccurringRowsOp::evaluate(ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  Tensor &indices = results[0], &slots = results[1];
  std::fill(indices.data.begin(), indices.data.end(), -1.0);
  std::fill(slots.data.begin(), slots.data.end(), -1.0);
  int64_t count = 0;
  forEachEntry(operands[0], [&](int64_t, int64_t column, double) {
    if (slots[column] < 0) {
      slots[column] = double(count);
      indices[count++] = double(column);
    }
  });
  return success();
}

LogicalResult TransformGradientOp::evaluate(ArrayRef<Tensor> operands,
                                            MutableArrayRef<Tensor> results) {
  const Tensor &slots = operands[2], &dz = operands[3];
  Tensor &values = results[0];
  forEachEntry(operands[0], [&](int64_t row, int64_t column, double x) {
    auto slot = int64_t(slots[column]);
    for (int64_t j = 0; j < dz.shape[1]; ++j) {
      values[values.position({slot, j})] += x * dz[dz.position({row, j})];
    }
  });
  return success();
}

} // namespace sft
