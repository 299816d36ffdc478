//===- SeedShardings.cpp - What is known before propagation ---------------===//
#include "passes/Sharding/Annotations.h"
#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Steps.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_SEEDSHARDINGS
#include "passes/Sharding/Passes.h.inc"

namespace {

/// Leading dimension over the data axes, or an error that names valid sizes.
FailureOr<ShardingAttr> seedInput(BlockArgument input, MeshAttr mesh) {
  Axes data = dataAxes(mesh);
  auto whole = ShardingAttr::replicated(input.getContext(), rankOf(input));
  if (rankOf(input) == 0) { // of a step that no model was
    return whole;
  }
  ShardingAttr sharding = whole.withDim(0, data);
  int64_t batch = shapeOfType(input.getType()).front();
  if (batch % mesh.sizeOf(data) != 0) {
    return mlir::emitError(input.getLoc())
           << "batch of " << batch << " rows does not divide over mesh axis "
           << "\"data\" = " << mesh.sizeOf(data)
           << "; sizes that divide it: " << divisorsOf(batch);
  }
  return sharding;
}

LogicalResult seedStep(StepOp step, MeshAttr mesh) {
  // A padded step says already what its inputs are parts of.
  bool isPadded = step.getGlobalTypes().has_value();
  SmallVector<Attribute> shardings, types;
  for (BlockArgument input : step.getBody().getArguments()) {
    FailureOr<ShardingAttr> sharding = seedInput(input, mesh);
    if (failed(sharding)) {
      return failure();
    }
    shardings.push_back(*sharding);
    types.push_back(TypeAttr::get(input.getType()));
  }
  Builder builder(step.getContext());
  step.setShardingsAttr(builder.getArrayAttr(shardings));
  if (!isPadded) {
    step.setGlobalTypesAttr(builder.getArrayAttr(types));
  }
  for (Operation &op : step.getBody().front()) {
    for (OpResult result : op.getResults()) {
      setSharding(result,
                  ShardingAttr::replicated(op.getContext(), rankOf(result)));
    }
  }
  return success();
}

/// Every axis has a role or is named by an annotation; all else is a slip.
LogicalResult checkAxes(ModuleOp module, MeshAttr mesh) {
  llvm::StringSet<> known = {kDataAxis, "tensor"};
  module.walk([&](Operation *op) {
    auto annotation = isa<VariableOp>(op) ? cast<VariableOp>(op).getShardAttr()
                      : isa<ShardOp>(op)  ? cast<ShardOp>(op).getCutAttr()
                                          : AnnotationAttr();
    for (ArrayAttr axes :
         annotation ? annotation.getDims() : ArrayRef<ArrayAttr>()) {
      for (StringRef axis : axes.getAsValueRange<StringAttr>()) {
        known.insert(axis);
      }
    }
  });
  for (auto [axis, name] : llvm::enumerate(mesh.getNames())) {
    if (!known.contains(mesh.ownerOf(int64_t(axis))) &&
        !known.contains(name.getValue())) {
      return module.emitError()
             << "mesh axis " << name
             << " is named by no `shard` of the model; the batch is cut over "
                "\"data\", parameters over what their `shard` names";
    }
  }
  return success();
}

struct SeedShardings : impl::SeedShardingsBase<SeedShardings> {
  void runOnOperation() override {
    if (failed(seedShardings(getOperation()))) {
      signalPassFailure();
    }
  }
};

} // namespace

LogicalResult seedShardings(ModuleOp module) {
  MeshAttr mesh = meshOf(module);
  if (failed(checkAxes(module, mesh))) {
    return failure();
  }
  for (auto step : module.getOps<StepOp>()) {
    if (failed(seedStep(step, mesh))) {
      return failure();
    }
  }
  return success();
}

} // namespace sft
