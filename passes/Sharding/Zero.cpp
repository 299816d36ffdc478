//===- Zero.cpp - Optimizer state, gradients, parameters over "data" ------===//
//
// Each parameter gets a dimension to be cut over the data axis besides the axes
// that cut it already: the first that divides and that no reader needs whole.
//
// 1. Optimizer state is cut so, and the update that works on it follows by
//    propagation: the new parameter is gathered when it is written.
// 2. The gradient is cut so: it is reduced and scattered instead of reduced.
// 3. The parameter is cut so. Each use in forward and backward computation has
//    a gather of its own, so that nothing whole outlives its use.
//
//===----------------------------------------------------------------------===//
#include "passes/Sharding/Annotations.h"
#include "passes/Sharding/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_ZERO
#include "passes/Sharding/Passes.h.inc"

namespace {

class ZeroRedundancy {
public:
  ZeroRedundancy(ModuleOp module, int64_t stage)
      : module(module), mesh(meshOf(module)), data(dataAxes(mesh)),
        stage(stage) {
    module.walk(
        [&](ReadOp read) { reads[read.getVariable()].push_back(read); });
    module.walk([&](ShardOp shard) {
      if (auto name = shard.getGradientOf()) {
        gradients[*name] = shard;
      }
    });
  }

  void run() {
    if (data.empty()) {
      return;
    }
    for (auto variable : llvm::to_vector(module.getOps<VariableOp>())) {
      if (variable.getKind() == VariableKind::Parameter) {
        shard(variable);
      }
    }
  }

private:
  void shard(VariableOp parameter) {
    SmallVector<VariableOp> states = statesOf(parameter);
    ShardingAttr whole = shardingOf(parameter);
    ShardingAttr cut = cutOverData(parameter, states, whole);
    if (!cut) {
      return;
    }
    for (VariableOp state : states) {
      pin(state, cut);
    }
    if (ShardOp gradient = gradients.lookup(parameter.getSymName());
        gradient && stage >= 2) {
      gradient.setCutAttr(asAnnotation(cut, mesh));
    }
    if (stage >= 3 && cut != whole) {
      pin(parameter, cut);
      gatherAtUses(parameter, asAnnotation(whole, mesh));
    }
  }

  /// `whole` cut over the data axis as well, unless its author did that: no
  /// axis cuts a value twice. Null where no dimension can be cut.
  ShardingAttr cutOverData(VariableOp parameter, ArrayRef<VariableOp> states,
                           ShardingAttr whole) {
    if (meet(whole.shardedAxes(), data)) {
      return whole;
    }
    std::optional<size_t> dim = dimToCut(parameter, states, whole);
    if (!dim) {
      return nullptr;
    }
    Axes axes(whole.getDims()[*dim].asArrayRef());
    llvm::append_range(axes, data);
    return whole.withDim(*dim, axes);
  }

  SmallVector<VariableOp> statesOf(VariableOp parameter) {
    std::string prefix = (parameter.getSymName() + ".").str();
    return llvm::filter_to_vector(
        module.getOps<VariableOp>(), [&](VariableOp variable) {
          return variable.getKind() == VariableKind::State &&
                 variable.getType() == parameter.getType() &&
                 variable.getSymName().starts_with(prefix);
        });
  }

  std::optional<size_t> dimToCut(VariableOp parameter,
                                 ArrayRef<VariableOp> states,
                                 ShardingAttr whole) {
    SmallVector<int64_t> shape = shapeOfType(parameter.getType());
    for (size_t d = 0; d < shape.size(); ++d) {
      int64_t parts = mesh.sizeOf(whole.getDims()[d].asArrayRef());
      if (shape[d] % (parts * mesh.sizeOf(data)) == 0 &&
          llvm::none_of(states, [&](VariableOp state) {
            return isNeededWhole(state, d);
          })) {
        return d;
      }
    }
    return std::nullopt;
  }

  /// True if an op that reads the variable needs all of dimension `d`.
  bool isNeededWhole(VariableOp variable, size_t d) {
    for (ReadOp read : reads.lookup(variable.getSymName())) {
      for (OpOperand &use : read.getResult().getUses()) {
        auto ruled = dyn_cast<ShardingRuleOpInterface>(use.getOwner());
        if (!ruled) {
          continue;
        }
        FactorRule rule = ruled.getFactorRule();
        const auto &factors = rule.operands[use.getOperandNumber()][d];
        if (!factors.empty() &&
            rule.factors[factors.front()].kind == FactorKind::Replicated) {
          return true;
        }
      }
    }
    return false;
  }

  void pin(VariableOp variable, ShardingAttr sharding) {
    variable.setShardAttr(asAnnotation(sharding, mesh));
    variable.setShardingAttr(sharding);
    sayWhy(variable);
  }

  /// What cuts over the data axis here.
  void sayWhy(Operation *op) {
    Builder b(op->getContext());
    std::string why = "--zero=" + std::to_string(stage);
    op->setAttr(kOriginsAttr, b.getDictionaryAttr(b.getNamedAttr(
                                  kDataAxis, b.getStringAttr(why))));
  }

  /// Uses before the guard compute with the whole parameter; those behind it
  /// are the update, which works on parts.
  void gatherAtUses(VariableOp parameter, AnnotationAttr whole) {
    for (ReadOp read : reads.lookup(parameter.getSymName())) {
      llvm::SmallSetVector<Operation *, 4> users;
      for (Operation *user : read->getUsers()) {
        if (!isUpdate(user)) {
          users.insert(user);
        }
      }
      for (Operation *user : users) {
        OpBuilder builder(user);
        auto gathered =
            ShardOp::create(builder, user->getLoc(), read.getType(),
                            read.getResult(), whole, FlatSymbolRefAttr());
        setSharding(cast<OpResult>(gathered.getY()), onMesh(whole, mesh));
        sayWhy(gathered);
        gathered->setAttr(
            kAvoidAttr,
            builder.getStringAttr(
                "compile with --zero=2, which keeps parameters whole"));
        user->replaceUsesOfWith(read.getResult(), gathered);
      }
    }
  }

  static bool isUpdate(Operation *op) {
    for (auto guard : op->getBlock()->getOps<GuardOp>()) {
      return guard->isBeforeInBlock(op);
    }
    return false;
  }

  ModuleOp module;
  MeshAttr mesh;
  Axes data;
  int64_t stage;
  llvm::StringMap<SmallVector<ReadOp>> reads;
  llvm::StringMap<ShardOp> gradients;
};

struct Zero : impl::ZeroBase<Zero> {
  using ZeroBase::ZeroBase;

  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    if (mesh.axesOf(kDataAxis).empty()) {
      getOperation().emitWarning()
          << "--zero=" << int64_t(stage)
          << " cuts nothing: the mesh has no axis " << kDataAxis;
    }
    ZeroRedundancy(getOperation(), stage).run();
    shardReads(getOperation());
  }
};

} // namespace
} // namespace sft
