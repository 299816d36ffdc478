#include "passes/Sharding/Annotations.h"
#include "passes/Sharding/PaddedSizes.h"

using namespace mlir;

namespace sft {

namespace {

/// Ranks share a batch's capacity by rows.
LogicalResult checkCapacities(ModuleOp module, const PaddedSizes &sizes) {
  for (auto step : module.getOps<StepOp>()) {
    for (BlockArgument input : step.getBody().getArguments()) {
      auto csr = dyn_cast<CsrType>(input.getType());
      int64_t rows = csr ? sizes.shapeOf(input)[0] : 0;
      if (csr && rows > csr.getRows() && csr.getCapacity() < rows) {
        return emitError(input.getLoc())
               << "the batch is padded to " << rows << " rows, but " << csr
               << " has no room for a value in each; raise its capacity";
      }
    }
  }
  return success();
}

/// Says once for each place what is padded that its author cut.
class Padding {
public:
  Padding(ModuleOp module, const PaddedSizes &sizes)
      : mesh(meshOf(module)), sizes(sizes) {
    for (auto variable : module.getOps<VariableOp>()) {
      if (isPinned(variable)) {
        tell(variable, onMesh(variable.getShardAttr(), mesh),
             variable.getType(), sizes.shapeOf(variable));
      }
    }
    for (auto step : module.getOps<StepOp>()) {
      tellBatch(step);
      for (auto shard : step.getBody().getOps<ShardOp>()) {
        if (isPinned(shard)) {
          tell(shard, onMesh(shard.getCutAttr(), mesh), shard.getType(),
               sizes.shapeOf(shard.getY()));
        }
      }
    }
  }

private:
  void tell(Operation *op, ShardingAttr sharding, Type type,
            ArrayRef<int64_t> padded) {
    SmallVector<int64_t> shape = shapeOfType(type);
    for (auto [d, axes] : llvm::enumerate(sharding.getDims())) {
      std::string what;
      llvm::raw_string_ostream(what) << "dimension " << d << " of " << type;
      tell(op->getLoc(), what, axes.asArrayRef(), shape[d], padded[d]);
    }
  }

  void tellBatch(StepOp step) {
    if (step.getBody().getNumArguments() > 0) {
      BlockArgument input = step.getBody().getArgument(0);
      SmallVector<int64_t> shape = shapeOfType(input.getType());
      if (!shape.empty()) {
        tell(input.getLoc(), "batch of " + std::to_string(shape[0]) + " rows",
             dataAxes(mesh), shape[0], sizes.shapeOf(input)[0]);
      }
    }
  }

  void tell(Location loc, StringRef what, ArrayRef<int64_t> axes, int64_t size,
            int64_t padded) {
    int64_t parts = mesh.sizeOf(axes);
    if (size > 1 && size % parts != 0 && told.insert(loc).second) {
      emitWarning(loc) << what << " does not divide over mesh axis \""
                       << mesh.nameOf(axes) << "\" = " << parts
                       << " and is padded to " << padded
                       << "; sizes that divide it: " << divisorsOf(size);
    }
  }

  MeshAttr mesh;
  const PaddedSizes &sizes;
  DenseSet<Location> told;
};

} // namespace

LogicalResult reportPadding(ModuleOp module, const PaddedSizes &sizes) {
  Padding(module, sizes);
  return checkCapacities(module, sizes);
}

} // namespace sft
