#include "dialects/sft/Sft.h"

using namespace mlir;
using sft::reference::Tensor;

namespace sft {

LogicalResult ShardOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  results[0] = operands[0];
  return success();
}

LogicalResult PartOp::evaluate(ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
  Tensor &part = results[0];
  size_t dim = size_t(getDim());
  int64_t first = int64_t(operands[1][0]) * part.shape[dim];
  reference::forEachIndex(part.shape, [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> from(index);
    from[dim] += first;
    part[part.position(index)] = operands[0][operands[0].position(from)];
  });
  return success();
}

} // namespace sft
