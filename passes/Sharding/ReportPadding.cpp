//===- ReportPadding.cpp - What an author should know of it ---------------===//
#include "passes/Sharding/Annotations.h"
#include "passes/Sharding/PaddedSizes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sft {

namespace {

/// Ranks share a batch's capacity by rows: those that pad it have a share, too.
LogicalResult checkCapacity(BlockArgument input, int64_t rows,
                            DenseSet<Location> &told) {
  auto csr = dyn_cast<CsrType>(input.getType());
  if (!csr || rows == csr.getRows()) {
    return success();
  }
  if (csr.getCapacity() < rows) {
    return emitError(input.getLoc())
           << "the batch is padded to " << rows << " rows, but " << csr
           << " has no room for a value in each; raise its capacity";
  }
  if (told.insert(input.getLoc()).second) {
    emitWarning(input.getLoc())
        << "the capacity of " << csr << " is shared by " << rows
        << " rows once the batch is padded; "
        << llvm::divideCeil(csr.getCapacity() * rows, csr.getRows())
        << " leaves each the room that it has";
  }
  return success();
}

LogicalResult checkCapacities(ModuleOp module, const PaddedSizes &sizes) {
  DenseSet<Location> told;
  for (auto step : module.getOps<StepOp>()) {
    for (BlockArgument input : step.getBody().getArguments()) {
      if (rankOf(input) > 0 &&
          failed(checkCapacity(input, sizes.shapeOf(input)[0], told))) {
        return failure();
      }
    }
  }
  return success();
}

/// A dimension of what stands at a location.
using Place = std::pair<Location, size_t>;

/// Says once for each place what is padded that its author cut.
class Padding {
public:
  Padding(MeshAttr mesh, const PaddedSizes &sizes) : mesh(mesh), sizes(sizes) {}

  void tell(ModuleOp module) {
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
      tell({op->getLoc(), d}, what, axes.asArrayRef(), shape[d], padded[d]);
    }
  }

  void tellBatch(StepOp step) {
    if (step.getBody().getNumArguments() > 0) {
      BlockArgument input = step.getBody().getArgument(0);
      SmallVector<int64_t> shape = shapeOfType(input.getType());
      if (!shape.empty()) {
        tell({input.getLoc(), 0},
             "batch of " + std::to_string(shape[0]) + " rows", dataAxes(mesh),
             shape[0], sizes.shapeOf(input)[0]);
      }
    }
  }

  void tell(Place place, StringRef what, ArrayRef<int64_t> axes, int64_t size,
            int64_t padded) {
    int64_t parts = mesh.sizeOf(axes);
    if (size > 1 && size % parts != 0 && told.insert(place).second) {
      emitWarning(place.first)
          << what << " does not divide over mesh axis \"" << mesh.nameOf(axes)
          << "\" = " << parts << " and is padded to " << padded
          << "; sizes that divide it: " << divisorsOf(size);
    }
  }

  MeshAttr mesh;
  const PaddedSizes &sizes;
  DenseSet<Place> told;
};

} // namespace

LogicalResult reportPadding(ModuleOp module, const PaddedSizes &sizes) {
  Padding(meshOf(module), sizes).tell(module);
  return checkCapacities(module, sizes);
}

} // namespace sft
