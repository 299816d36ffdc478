#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Collective.cpp.inc"

namespace sft {

void registerCollectiveOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Collective.cpp.inc"
      >();
}

LogicalResult AllReduceOp::verify() {
  if (getOperandTypes() != getResultTypes()) {
    return emitOpError("result types are the operands' types");
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
}

static SmallVector<int64_t> dimsOf(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    return csr.getShape();
  }
  return SmallVector<int64_t>(cast<RankedTensorType>(type).getShape());
}

LogicalResult AllGatherOp::verify() {
  SmallVector<int64_t> from = dimsOf(getX().getType()),
                       to = dimsOf(getY().getType());
  int64_t dim = getDim();
  if (from.size() != to.size() || dim < 0 || dim >= int64_t(from.size())) {
    return emitOpError() << "dim " << dim << " is not a dimension of "
                         << getX().getType();
  }
  if (to[size_t(dim)] % from[size_t(dim)] != 0) {
    return emitOpError("the gathered dimension is not a multiple of a shard");
  }
  to[size_t(dim)] = from[size_t(dim)];
  if (from != to) {
    return emitOpError() << "only dimension " << dim << " grows, but "
                         << getX().getType() << " becomes " << getY().getType();
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
}

} // namespace sft
