#include "dialects/sft/Broadcasting.h"

using namespace mlir;
using sft::reference::forEachIndex;
using sft::reference::Tensor;

namespace sft {

LogicalResult ReshapeOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  results[0].data = operands[0].data;
  return success();
}

LogicalResult TransposeOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0];
  Tensor &y = results[0];
  forEachIndex(y.shape, [&](ArrayRef<int64_t> at) {
    SmallVector<int64_t> from(at.size());
    for (size_t d = 0; d < at.size(); ++d) {
      from[size_t(getPermutation()[d])] = at[d];
    }
    y[y.position(at)] = x[x.position(from)];
  });
  return success();
}

LogicalResult BroadcastOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  reference::evaluateElementwise(operands, results[0],
                                 [](ArrayRef<double> x) { return x[0]; });
  return success();
}

LogicalResult SliceOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0];
  Tensor &y = results[0];
  forEachIndex(y.shape, [&](ArrayRef<int64_t> at) {
    SmallVector<int64_t> from(at);
    for (size_t d = 0; d < at.size(); ++d) {
      from[d] += getOffsets()[d];
    }
    y[y.position(at)] = x[x.position(from)];
  });
  return success();
}

LogicalResult PadOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0];
  Tensor &y = results[0];
  forEachIndex(x.shape, [&](ArrayRef<int64_t> at) {
    SmallVector<int64_t> to(at);
    for (size_t d = 0; d < at.size(); ++d) {
      to[d] += getLow()[d];
    }
    y[y.position(to)] = x[x.position(at)];
  });
  return success();
}

LogicalResult ConcatOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  Tensor &y = results[0];
  int64_t offset = 0;
  for (const Tensor &x : operands) {
    forEachIndex(x.shape, [&](ArrayRef<int64_t> at) {
      SmallVector<int64_t> to(at);
      to[getAxis()] += offset;
      y[y.position(to)] = x[x.position(at)];
    });
    offset += x.shape[getAxis()];
  }
  return success();
}

} // namespace sft
