#include "dialects/sft/Sft.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sft {

using reference::forEachIndex;
using reference::Tensor;

static double combine(ReduceKind kind, double x, double y) {
  if (kind == ReduceKind::Sum) {
    return x + y;
  }
  if (std::isnan(x) || std::isnan(y)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return kind == ReduceKind::Max ? std::fmax(x, y) : std::fmin(x, y);
}

static double startOf(ReduceKind kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (kind) {
  case ReduceKind::Sum:
    return 0;
  case ReduceKind::Max:
    return -infinity;
  case ReduceKind::Min:
    return infinity;
  }
  llvm_unreachable("unknown reduction");
}

/// Where the element at `index` of the operand goes: index 0 along `axes` where
/// these are kept, else without them.
static SmallVector<int64_t> reducedIndex(ArrayRef<int64_t> index,
                                         ArrayRef<int64_t> axes, bool keep) {
  SmallVector<int64_t> reduced;
  for (size_t d = 0; d < index.size(); ++d) {
    bool isReduced = llvm::is_contained(axes, int64_t(d));
    if (!isReduced || keep) {
      reduced.push_back(isReduced ? 0 : index[d]);
    }
  }
  return reduced;
}

LogicalResult ReduceOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0];
  Tensor &y = results[0];
  llvm::fill(y.data, startOf(getKind()));
  forEachIndex(x.shape, [&](ArrayRef<int64_t> index) {
    double &total = y[y.position(reducedIndex(index, getAxes(), getKeep()))];
    total = combine(getKind(), total, x[x.position(index)]);
  });
  return success();
}

LogicalResult MeanOp::evaluate(ArrayRef<Tensor> operands,
                               MutableArrayRef<Tensor> results) {
  const Tensor &x = operands[0];
  Tensor &y = results[0];
  forEachIndex(x.shape, [&](ArrayRef<int64_t> index) {
    y[y.position(reducedIndex(index, getAxes(), getKeep()))] +=
        x[x.position(index)];
  });
  for (double &total : y.data) {
    total /= double(x.size() / y.size());
  }
  return success();
}

} // namespace sft
