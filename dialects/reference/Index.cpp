#include "dialects/sft/Sft.h"

using namespace mlir;
using sft::reference::forEachIndex;
using sft::reference::Tensor;

namespace sft {

/// The row that the i-th index names, or nothing if the table, whose first row
/// is `offset`, has none such.
static std::optional<int64_t> rowAt(const Tensor &indices, int64_t i,
                                    int64_t rows, int64_t offset = 0) {
  int64_t row = int64_t(indices[i]) - offset;
  return row >= 0 && row < rows ? std::optional(row) : std::nullopt;
}

/// Row i of the result is row indices[i] of the table, or zero.
static void takeRows(const Tensor &table, const Tensor &indices, Tensor &result,
                     int64_t offset = 0) {
  int64_t width = table.shape[1];
  for (int64_t i = 0; i < indices.size(); ++i) {
    if (auto row = rowAt(indices, i, table.shape[0], offset)) {
      for (int64_t j = 0; j < width; ++j) {
        result[i * width + j] = table[*row * width + j];
      }
    }
  }
}

/// The optional third operand.
static int64_t offsetOf(ArrayRef<Tensor> operands) {
  return operands.size() > 2 ? int64_t(operands[2][0]) : 0;
}

LogicalResult EmbeddingOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  takeRows(operands[0], operands[1], results[0], offsetOf(operands));
  return success();
}

LogicalResult GatherRowsOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  takeRows(operands[0], operands[1], results[0]);
  return success();
}

LogicalResult ExpandRowsOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  takeRows(operands[1], operands[0], results[0]);
  return success();
}

LogicalResult ScatterAddOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  const Tensor &indices = operands[0], &updates = operands[1];
  Tensor &sums = results[0];
  int64_t width = sums.shape[1];
  for (int64_t i = 0; i < indices.size(); ++i) {
    if (auto row = rowAt(indices, i, sums.shape[0], offsetOf(operands))) {
      for (int64_t j = 0; j < width; ++j) {
        sums[*row * width + j] += updates[i * width + j];
      }
    }
  }
  return success();
}

LogicalResult ScatterRowsOp::evaluate(ArrayRef<Tensor> operands,
                                      MutableArrayRef<Tensor> results) {
  const Tensor &table = operands[0], &indices = operands[1],
               &rows = operands[2];
  results[0].data = table.data;
  int64_t width = table.shape[1];
  for (int64_t i = 0; i < indices.size(); ++i) {
    if (auto row = rowAt(indices, i, table.shape[0])) {
      for (int64_t j = 0; j < width; ++j) {
        results[0][*row * width + j] = rows[i * width + j];
      }
    }
  }
  return success();
}

LogicalResult OccurringIndicesOp::evaluate(ArrayRef<Tensor> operands,
                                           MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0];
  Tensor &indices = results[0], &slots = results[1], &places = results[2];
  for (Tensor &result : results) {
    std::fill(result.data.begin(), result.data.end(), -1.0);
  }
  int64_t count = 0;
  for (int64_t i = 0; i < x.size(); ++i) {
    auto row = rowAt(x, i, slots.shape[0]);
    if (row && slots[*row] < 0) {
      slots[*row] = double(count);
      indices[count++] = double(*row);
    }
    places[i] = row ? slots[*row] : -1.0;
  }
  return success();
}

LogicalResult IotaOp::evaluate(ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
  Tensor &y = results[0];
  double offset = operands.empty() ? 0 : operands[0][0];
  forEachIndex(y.shape, [&](ArrayRef<int64_t> at) {
    y[y.position(at)] = double(at[getAxis()]) + offset;
  });
  return success();
}

/// Outside of training nothing is dropped; in training the op is gone.
LogicalResult DropoutOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  results[0].data = operands[0].data;
  return success();
}

} // namespace sft
