#include "Guard.h"

#include "Numbered.h"
#include "dialects/reference/Shards.h"
#include "passes/Sharding/Shardings.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sft {

using namespace reference;

/// What is added up for the guard, before partitioning, by how it is cut: what
/// is whole on all ranks would stop those that do not hear of a part.
using Groups = llvm::MapVector<ShardingAttr, llvm::SetVector<Value>>;

static Groups guardedValues(StepOp step) {
  Groups values;
  SmallVector<Value> work;
  for (auto guard : step.getBody().getOps<GuardOp>()) {
    llvm::append_range(work, guard->getOperands());
  }
  while (!work.empty()) {
    Value value = work.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (isa_and_present<AddOp, ReduceOp>(op)) {
      llvm::append_range(work, op->getOperands());
    } else {
      values[shardingOf(value)].insert(value);
    }
  }
  return values;
}

/// Parts count on the first rank along the axes that they are to be summed
/// over.
static bool counts(ShardingAttr sharding, MeshAttr mesh, int64_t rank) {
  return llvm::all_of(sharding.getPartial(), [&](int64_t axis) {
    return coordinateOf(mesh, rank, axis) == 0;
  });
}

/// Puts NaN where a rank's part has the last element of the whole.
static void breakLast(Tensor &part, Value whole, MeshAttr mesh, int64_t rank) {
  ShardingAttr sharding = shardingOf(whole);
  Tensor broken = zeroOf(whole.getType());
  broken.data.back() = std::numeric_limits<double>::quiet_NaN();
  Tensor own = shardOf(broken, part.shape, sharding, mesh, rank);
  for (auto [value, fault] : llvm::zip_equal(part.data, own.data)) {
    value = std::isnan(fault) && counts(sharding, mesh, rank) ? fault : value;
  }
}

static LogicalResult checkStops(Numbered &step, const Scene &scene,
                                const llvm::SetVector<Value> &faulty) {
  Program &parts = step.parts;
  Options options;
  options.tamper = [&](int64_t rank, Value local, Tensor &tensor) {
    if (Value whole = step.wholeOf(local); faulty.contains(whole)) {
      breakLast(tensor, whole, parts.getMesh(), rank);
    }
  };
  parts.setVariables(scene.variables);
  if (failed(parts.run(scene.kind, scene.batch, scene.context, options))) {
    return failure();
  }
  return parts.getRanks().front().stopped
             ? success()
             : parts.getStep(scene.kind)
                   .emitOpError("is not stopped by what is not finite");
}

LogicalResult checkGuard(ModuleOp model, const Scene &scene,
                         const CompilerOptions &compiler) {
  FailureOr<Numbered> step = Numbered::compile(model, scene.kind, compiler);
  if (failed(step)) {
    return failure();
  }
  Groups groups = guardedValues(step->sharded.getStep(scene.kind));
  return success(llvm::all_of(groups, [&](const auto &group) {
    return succeeded(checkStops(*step, scene, group.second));
  }));
}

} // namespace sft
