#include "passes/Codegen/Fold.h"

using namespace mlir;

namespace sft {

size_t cutDim(ShardingAttr sharding, const Fold &fold) {
  for (auto [dim, axes] : llvm::enumerate(sharding.getDims())) {
    if (llvm::is_contained(axes.asArrayRef(), fold.axis)) {
      return dim;
    }
  }
  llvm_unreachable("not cut over the axis");
}

Type widened(Type type, size_t dim, int64_t factor) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    return CsrType::get(type.getContext(), csr.getRows() * factor,
                        csr.getColumns(), csr.getElementType(),
                        csr.getCapacity() * factor, csr.getBlocks() * factor);
  }
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape(tensor.getShape());
  shape[dim] *= factor;
  return tensor.clone(shape);
}

/// The parts of all lanes are one piece of the whole only if the axis is the
/// last that cuts the dimension.
static LogicalResult checkOrder(Operation *op, ShardingAttr sharding,
                                MeshAttr mesh, const Fold &fold) {
  if (!fold.cuts(sharding)) {
    return success();
  }
  ArrayRef<int64_t> axes =
      sharding.getDims()[cutDim(sharding, fold)].asArrayRef();
  for (int64_t axis : llvm::reverse(axes)) {
    if (axis == fold.axis) {
      break;
    }
    if (mesh.getSizes()[size_t(axis)] > 1) {
      return op->emitError()
             << "is cut over " << mesh.nameOf(axes) << ": neighbours along \""
             << mesh.getNames()[size_t(fold.axis)].getValue()
             << "\" do not hold neighbouring parts, which fewer ranks would "
                "have to hold as one; leave that axis out of --reproducible, "
                "or cut the tensor over one axis only";
    }
  }
  return success();
}

LogicalResult checkFold(ModuleOp module, MeshAttr mesh, const Fold &fold) {
  for (auto variable : module.getOps<VariableOp>()) {
    if (failed(checkOrder(variable, shardingOf(variable), mesh, fold))) {
      return failure();
    }
  }
  for (auto step : module.getOps<StepOp>()) {
    for (auto sharding : step.getShardings()
                             .value_or(ArrayAttr::get(module.getContext(), {}))
                             .getAsRange<ShardingAttr>()) {
      if (failed(checkOrder(step, sharding, mesh, fold))) {
        return failure();
      }
    }
  }
  return success();
}

} // namespace sft
