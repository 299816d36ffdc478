//===- PropagateShardings.cpp - Factor rules to a fixed point -------------===//
//
// For each priority of annotations, the strongest first:
// 1. Apply the annotations of this priority.
// 2. Visit ops forwards, then backwards, and carry axes along factors into
//    values that have none yet, until nothing changes. A variable is one value
//    in all steps: what a step learns of it, the others know.
//
//===----------------------------------------------------------------------===//
#include "passes/Sharding/Annotations.h"
#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Steps.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_PROPAGATESHARDINGS
#include "passes/Sharding/Passes.h.inc"

namespace {

class Propagation {
public:
  Propagation(ModuleOp module, MeshAttr mesh)
      : module(module), mesh(mesh), data(dataAxes(mesh)), symbols(module) {
    for (auto step : module.getOps<StepOp>()) {
      for (Operation &op : step.getBody().front()) {
        ops.push_back(&op);
      }
      for (auto read : step.getBody().getOps<ReadOp>()) {
        reads[read.getVariable()].push_back(read);
      }
      for (auto write : step.getBody().getOps<WriteOp>()) {
        writes[write.getVariable()].push_back(write);
      }
    }
  }

  /// To the fixed point.
  void run() {
    changed.insert(ops.begin(), ops.end());
    while (!changed.empty()) {
      for (Operation *op : ops) {
        visit(op);
      }
      for (Operation *op : llvm::reverse(ops)) {
        visit(op);
      }
    }
  }

private:
  void visit(Operation *op) {
    if (!changed.erase(op)) {
      return;
    }
    if (auto write = dyn_cast<WriteOp>(op)) {
      auto variable = symbols.lookup<VariableOp>(write.getVariable());
      return carry(write.getValue(), shardingOf(variable), op);
    }
    if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op)) {
      FactorRule rule = ruled.getFactorRule();
      FactorAxes axes = proposeFactors(op, rule);
      carryAll(op, op->getResults(), rule.results, axes);
      carryAll(op, op->getOperands(), rule.operands, axes);
    }
  }

  template <typename Values>
  void carryAll(Operation *through, Values values,
                ArrayRef<FactorRule::Dims> dims, const FactorAxes &axes) {
    for (auto [value, each] : llvm::zip_equal(values, dims)) {
      carry(value, shardingFor(value.getContext(), each, axes), through);
    }
  }

  /// Whether `list` goes on from what dimension `d` is cut over.
  static bool isLonger(ArrayRef<int64_t> list, ShardingAttr sharding,
                       size_t d) {
    ArrayRef<int64_t> has = sharding.getDims()[d].asArrayRef();
    return has.size() < list.size() && list.take_front(has.size()) == has &&
           !meet(sharding.shardedAxes(), list.drop_front(has.size()));
  }

  /// Gives `value` the axes of `wanted` in dimensions that have none, or only
  /// the first of them; of an axis in parts at least the major ones.
  void carry(Value value, ShardingAttr wanted, Operation *through) {
    auto result = dyn_cast<OpResult>(value);
    if (!result || wanted.isReplicated()) {
      return;
    }
    ShardingAttr now = shardingOf(value), next = now;
    for (auto [d, axes] : llvm::enumerate(wanted.getDims())) {
      for (ArrayRef<int64_t> list = axes.asArrayRef(); !list.empty();
           list = list.drop_back()) {
        if (isLonger(list, next, d) && mayTake(result, d, list)) {
          next = next.withDim(d, list);
        }
        if (!mesh.isPart(list.back())) {
          break;
        }
      }
    }
    if (next != now) {
      noteOrigins(result, next, through);
      set(result, next);
    }
  }

  /// Each axis that is new to `result` came through an op next to it.
  void noteOrigins(OpResult result, ShardingAttr next, Operation *through) {
    ShardingAttr now = shardingOf(result);
    for (int64_t axis : next.shardedAxes()) {
      if (llvm::is_contained(now.shardedAxes(), axis)) {
        continue;
      }
      SmallVector<Value> around(through->getOperands());
      llvm::append_range(around, through->getResults());
      for (Value value : around) {
        if (value != result &&
            llvm::is_contained(shardingOf(value).shardedAxes(), axis)) {
          setOrigin(result.getOwner(), axis, originOf(value, axis));
          break;
        }
      }
    }
  }

  /// Of propagation, or of a strategy that cut a variable; or null.
  StringAttr knownOrigin(Operation *op, int64_t axis) {
    auto all = op ? op->getAttrOfType<DictionaryAttr>(kOriginsAttr) : nullptr;
    return all ? all.getAs<StringAttr>(mesh.ownerOf(axis)) : nullptr;
  }

  StringAttr originOf(Value value, int64_t axis) {
    Operation *op = value.getDefiningOp();
    auto read = dyn_cast_if_present<ReadOp>(op);
    auto variable =
        read ? symbols.lookup<VariableOp>(read.getVariable()) : VariableOp();
    for (Operation *each : {op, variable.getOperation()}) {
      if (StringAttr known = knownOrigin(each, axis)) {
        return known;
      }
    }
    std::string text = "the batch";
    if (read) {
      text =
          "the shard of " + read.getVariable().str() + ", " + placeOf(variable);
    } else if (isa_and_present<ShardOp>(op)) {
      text = placeOf(op);
    }
    return StringAttr::get(module.getContext(), text);
  }

  void setOrigin(Operation *op, int64_t axis, StringAttr origin) {
    auto all = op->getAttrOfType<DictionaryAttr>(kOriginsAttr);
    NamedAttrList list(all);
    list.set(mesh.ownerOf(axis), origin);
    op->setAttr(kOriginsAttr, list.getDictionary(op->getContext()));
  }

  bool mayTake(OpResult result, size_t dim, ArrayRef<int64_t> axes) {
    Operation *op = result.getOwner();
    if (auto read = dyn_cast<ReadOp>(op)) {
      // Over "data" variables are whole, unless a strategy cuts them.
      if (isPinned(symbols.lookup<VariableOp>(read.getVariable())) ||
          meet(axes, data)) {
        return false;
      }
    }
    auto shard = dyn_cast<ShardOp>(op);
    return !(shard && isPinned(shard)) && mayCut(result, dim, axes);
  }

  void set(OpResult result, ShardingAttr sharding) {
    auto read = dyn_cast<ReadOp>(result.getOwner());
    if (!read) {
      setSharding(result, sharding);
      touch(result);
      return setAlike(result);
    }
    StringRef name = read.getVariable();
    symbols.lookup<VariableOp>(name).setShardingAttr(sharding);
    for (ReadOp each : reads[name]) {
      setSharding(cast<OpResult>(each.getResult()), sharding);
      touch(each.getResult());
    }
    changed.insert(writes[name].begin(), writes[name].end());
  }

  void setAlike(OpResult result) {
    for (OpResult other : result.getOwner()->getResults()) {
      if (other != result) {
        setSharding(other, cutAlike(other, result));
        touch(other);
      }
    }
  }

  void touch(Value value) {
    changed.insert(value.getDefiningOp());
    changed.insert(value.user_begin(), value.user_end());
  }

  ModuleOp module;
  MeshAttr mesh;
  Axes data;
  SymbolTable symbols;
  SmallVector<Operation *> ops;
  llvm::StringMap<SmallVector<ReadOp>> reads;
  llvm::StringMap<SmallVector<WriteOp>> writes;
  DenseSet<Operation *> changed;
};

/// Says on ops which of their operands contradict them.
void noteConflicts(ModuleOp module) {
  module.walk([](ShardingRuleOpInterface op) {
    std::string text = describeConflict(op, op.getFactorRule());
    op->removeAttr(kConflictAttr); // of a mesh that was tried before
    if (!text.empty()) {
      op->setAttr(kConflictAttr, StringAttr::get(op.getContext(), text));
    }
  });
}

/// An axis that cuts nothing makes its ranks do the same work.
void warnOfIdleAxes(ModuleOp module, MeshAttr mesh) {
  SmallVector<bool> used(mesh.getNames().size(), false);
  auto use = [&](ShardingAttr sharding) {
    for (int64_t axis : sharding.shardedAxes()) {
      used[size_t(axis)] = true;
    }
  };
  for (auto step : module.getOps<StepOp>()) {
    for (BlockArgument input : step.getBody().getArguments()) {
      use(shardingOf(input));
    }
  }
  module.walk([&](Operation *op) {
    for (Value result : op->getResults()) {
      if (op->hasAttr(kShardingsAttr)) {
        use(shardingOf(result));
      }
    }
  });
  for (auto [axis, isUsed] : llvm::enumerate(used)) {
    if (!isUsed && mesh.getSizes()[axis] > 1) {
      module.emitWarning() << "mesh axis " << mesh.getNames()[axis]
                           << " cuts nothing: its ranks all do the same; name "
                              "it in the `shard` of a parameter";
    }
  }
}

LogicalResult verifySeeded(ModuleOp module) {
  for (auto step : module.getOps<StepOp>()) {
    if (!step.getShardings()) {
      return step.emitOpError("has no shardings to begin with; run "
                              "--sft-seed-shardings first");
    }
  }
  return success();
}

struct PropagateShardings : impl::PropagateShardingsBase<PropagateShardings> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifySeeded(module)) || failed(propagateShardings(module))) {
      return signalPassFailure();
    }
    warnOfIdleAxes(module, meshOf(module));
  }
};

} // namespace

LogicalResult propagateShardings(ModuleOp module) {
  MeshAttr mesh = meshOf(module);
  for (int64_t priority : annotationPriorities(module)) {
    if (failed(applyAnnotations(module, mesh, priority))) {
      return failure();
    }
    shardReads(module);
    Propagation(module, mesh).run();
  }
  noteConflicts(module);
  return success();
}

} // namespace sft
