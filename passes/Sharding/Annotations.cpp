#include "passes/Sharding/Annotations.h"

using namespace mlir;

namespace sft {

std::string divisorsOf(int64_t n) {
  std::string text;
  for (int64_t d = 1, listed = 0; d <= n && listed < 16; ++d) {
    if (n % d == 0) {
      text += (listed++ ? ", " : "") + std::to_string(d);
    }
  }
  return text;
}

SmallVector<int64_t> shapeOfType(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    return csr.getShape();
  }
  return SmallVector<int64_t>(cast<RankedTensorType>(type).getShape());
}

bool isPinned(VariableOp variable) {
  return variable.getShardAttr() != nullptr;
}
bool isPinned(ShardOp op) { return op.getCutAttr() != nullptr; }

/// An annotation on this mesh, checked against the shape that it cuts.
static FailureOr<ShardingAttr> check(Location loc, AnnotationAttr annotation,
                                     Type type, MeshAttr mesh) {
  ShardingAttr sharding = onMesh(annotation, mesh);
  SmallVector<int64_t> shape = shapeOfType(type);
  for (auto [d, axes] : llvm::enumerate(sharding.getDims())) {
    int64_t parts = mesh.sizeOf(axes.asArrayRef());
    if (shape[d] % parts != 0) {
      return emitError(loc)
             << "dimension " << d << " of " << type
             << " does not divide over mesh axis \""
             << mesh.nameOf(axes.asArrayRef()) << "\" = " << parts
             << "; sizes that divide it: " << divisorsOf(shape[d]);
    }
  }
  return sharding;
}

/// f(annotation's owner) for each annotation, until one fails.
template <typename F> static LogicalResult forEach(ModuleOp module, F f) {
  for (auto variable : module.getOps<VariableOp>()) {
    if (isPinned(variable) && failed(f(variable, variable.getShardAttr()))) {
      return failure();
    }
  }
  for (auto step : module.getOps<StepOp>()) {
    for (auto shard : step.getBody().getOps<ShardOp>()) {
      if (isPinned(shard) && failed(f(shard, shard.getCutAttr()))) {
        return failure();
      }
    }
  }
  return success();
}

SmallVector<int64_t> annotationPriorities(ModuleOp module) {
  SmallVector<int64_t> all = {0};
  (void)forEach(module, [&](auto, AnnotationAttr annotation) {
    all.push_back(annotation.getPriority());
    return success();
  });
  llvm::sort(all);
  all.erase(llvm::unique(all), all.end());
  return all;
}

static LogicalResult apply(VariableOp variable, AnnotationAttr annotation,
                           MeshAttr mesh) {
  if (variable.getShardingAttr()) {
    return success();
  }
  auto sharding =
      check(variable.getLoc(), annotation, variable.getType(), mesh);
  if (failed(sharding)) {
    return failure();
  }
  variable.setShardingAttr(*sharding);
  return success();
}

static LogicalResult apply(ShardOp shard, AnnotationAttr annotation,
                           MeshAttr mesh) {
  auto sharding = check(shard.getLoc(), annotation, shard.getType(), mesh);
  if (failed(sharding)) {
    return failure();
  }
  setSharding(cast<OpResult>(shard.getY()), *sharding);
  return success();
}

LogicalResult applyAnnotations(ModuleOp module, MeshAttr mesh,
                               int64_t priority) {
  return forEach(module, [&](auto op, AnnotationAttr annotation) {
    return annotation.getPriority() == priority ? apply(op, annotation, mesh)
                                                : success();
  });
}

} // namespace sft
