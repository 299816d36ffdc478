//===- GlobalToLocal.cpp - One rank's part of a step ----------------------===//
//
// 1. Decide per op, on the global program, how each operand is wanted.
// 2. Rebuild the step op by op with local types; where a value is not as it is
//    wanted, reshard it: from what is cheapest of what there is of it, right
//    behind the op that made it, so that it is issued as soon as possible. What
//    is read from a variable is there from the start: it is resharded where it
//    is used, so that it need not be kept.
// 3. Ops that speak of global positions are told where their part starts.
//
//===----------------------------------------------------------------------===//
#include "passes/Partition/Passes.h"
#include "passes/Partition/Resharder.h"
#include "passes/Sharding/Shardings.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_GLOBALTOLOCAL
#include "passes/Partition/Passes.h.inc"

namespace {

/// A local value, and how the global one is cut in it.
struct Version {
  ShardingAttr sharding;
  Value local;
};

class Localizer {
public:
  Localizer(StepOp step, MeshAttr mesh, const SymbolTable &symbols)
      : step(step), mesh(mesh), symbols(symbols),
        builder(OpBuilder::atBlockEnd(&step.getBody().front())) {}
  LogicalResult run();

private:
  LogicalResult localize(Operation &op);
  LogicalResult localizeShard(ShardOp op);
  ShardingAttr wanted(Operation &op, unsigned operand);
  FailureOr<Value> resharded(Value global, ShardingAttr to, Operation *user);
  Cause causeOf(Value global, ShardingAttr to, Operation *user);
  SmallVector<Value> offsets(Operation *op);
  void tellPosition(Operation *op, Operation *copy);

  StepOp step;
  MeshAttr mesh;
  const SymbolTable &symbols;
  OpBuilder builder;
  IRMapping locals;
  /// The local value first, then resharded ones.
  DenseMap<Value, SmallVector<Version, 2>> versions;
  /// Of the op that is being rebuilt.
  FactorRule rule;
  FactorAxes axes;
  int64_t gatheredAgain = 0;
};

/// Rules say how operands are wanted; effects want whole values, writes those
/// of their variable.
ShardingAttr Localizer::wanted(Operation &op, unsigned i) {
  Value operand = op.getOperand(i);
  if (auto write = dyn_cast<WriteOp>(op)) {
    return shardingOf(symbols.lookup<VariableOp>(write.getVariable()));
  }
  if (!isa<ShardingRuleOpInterface>(op)) {
    return ShardingAttr::replicated(op.getContext(), rankOf(operand));
  }
  return wantedSharding(&op, rule, axes, i);
}

static std::string avoidFor(Value global, ShardingAttr from, Operation *user) {
  if (auto said = user->getAttrOfType<StringAttr>(kAvoidAttr)) {
    return said.str();
  }
  if (auto read = global.getDefiningOp<ReadOp>()) {
    return "keep " + read.getVariable().str() + " whole over the axis";
  }
  Operation *def = global.getDefiningOp();
  if (!def) {
    return "cut " + placeOf(user) +
           " as the input is, or the input by an sft.shard as it is wanted";
  }
  return from.isPartial() ? "do not cut what " + placeOf(def) + " sums over"
                          : "cut both ops over the same dimension";
}

Cause Localizer::causeOf(Value global, ShardingAttr to, Operation *user) {
  ShardingAttr from = shardingOf(global);
  Cause cause;
  cause.why = placeOf(user) + " wants " + describe(to, mesh) + ", have " +
              describe(from, mesh) + " " + sourceOf(global) +
              describeOrigins({global.getDefiningOp(), user}, mesh);
  cause.avoid = avoidFor(global, from, user);
  if (global.getDefiningOp<ReadOp>() && isa<ShardOp>(user)) {
    cause.again = ++gatheredAgain;
  }
  return cause;
}

FailureOr<Value> Localizer::resharded(Value global, ShardingAttr to,
                                      Operation *user) {
  auto &known = versions[global];
  bool isVariable = isa_and_present<ReadOp>(global.getDefiningOp());
  bool once = isVariable && isa<ShardOp>(user);
  Version best;
  Resharding way;
  for (const Version &version : ArrayRef(known).take_front(once ? 1 : 8)) {
    Resharding each =
        planResharding(global.getType(), version.sharding, to, mesh);
    if (!best.local || each.seconds < way.seconds) {
      best = version;
      way = std::move(each);
    }
  }
  if (way.moves.empty()) {
    return best.local;
  }
  OpBuilder::InsertionGuard guard(builder);
  if (!isVariable) {
    builder.setInsertionPointAfterValue(best.local);
  }
  Location loc = global.getDefiningOp() ? global.getLoc() : user->getLoc();
  FailureOr<Value> made =
      buildResharding(builder, loc, mesh, best.local, best.sharding.getReduce(),
                      way, causeOf(global, to, user));
  if (succeeded(made) && !once) {
    known.push_back({to, *made});
  }
  return made;
}

/// For each factor the position of this rank's part; null for 0.
SmallVector<Value> Localizer::offsets(Operation *op) {
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  SmallVector<Value> result(rule.factors.size());
  for (auto [offset, factor, list] :
       llvm::zip_equal(result, rule.factors, axes)) {
    if (!list.empty()) {
      Value size = buildConstant(builder, op->getLoc(), i64,
                                 double(factor.size / mesh.sizeOf(list)));
      offset = MulOp::create(builder, op->getLoc(),
                             placeOn(builder, op->getLoc(), mesh, list), size);
    }
  }
  return result;
}

void Localizer::tellPosition(Operation *op, Operation *copy) {
  auto ruled = dyn_cast<ShardingRuleOpInterface>(copy);
  bool isCut =
      llvm::any_of(axes, [](const Axes &list) { return !list.empty(); });
  if (!ruled || !isCut || op->getNumResults() == 0) {
    return;
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(copy);
  auto global = dyn_cast<ShapedType>(op->getResult(0).getType());
  ruled.localize(builder, offsets(op),
                 global ? global.getShape() : ArrayRef<int64_t>());
}

/// Nothing is left of sft.shard but what it asks for.
LogicalResult Localizer::localizeShard(ShardOp op) {
  FailureOr<Value> local = resharded(op.getX(), wanted(*op, 0), op);
  if (failed(local)) {
    return failure();
  }
  locals.map(op.getY(), *local);
  versions[op.getY()] = {{shardingOf(op.getY()), *local}};
  return success();
}

LogicalResult Localizer::localize(Operation &op) {
  axes.clear();
  if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op)) {
    rule = ruled.getFactorRule();
    axes = decideFactors(&op, rule);
  }
  if (auto shard = dyn_cast<ShardOp>(op)) {
    return localizeShard(shard);
  }
  SmallVector<Value> operands;
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    FailureOr<Value> operand = resharded(op.getOperand(i), wanted(op, i), &op);
    if (failed(operand)) {
      return failure();
    }
    operands.push_back(*operand);
  }
  Operation *copy = builder.clone(op, locals);
  copy->setOperands(operands);
  for (StringRef name : {kShardingsAttr, kOriginsAttr, kConflictAttr}) {
    copy->removeAttr(name);
  }
  for (auto [global, local] :
       llvm::zip_equal(op.getResults(), copy->getResults())) {
    ShardingAttr sharding = shardingOf(global);
    local.setType(localType(global.getType(), sharding, mesh));
    versions[global] = {{sharding, local}};
  }
  tellPosition(&op, copy);
  return success();
}

LogicalResult Localizer::run() {
  Block &block = step.getBody().front();
  SmallVector<Operation *> globals;
  for (Operation &op : block) {
    globals.push_back(&op);
  }
  // Arguments are global while their users are being read: local ones stand
  // beside them until the end.
  unsigned inputs = block.getNumArguments();
  for (unsigned i = 0; i < inputs; ++i) {
    BlockArgument global = block.getArgument(i);
    Type type = localType(global.getType(), shardingOf(global), mesh);
    Value local = block.addArgument(type, global.getLoc());
    locals.map(global, local);
    versions[global] = {{shardingOf(global), local}};
  }
  for (Operation *op : globals) {
    if (failed(localize(*op))) {
      return failure();
    }
  }
  for (Operation *op : llvm::reverse(globals)) {
    op->erase();
  }
  block.eraseArguments(0, inputs);
  return success();
}

/// Variables that are cut: this rank's part, and of what.
void localizeVariables(ModuleOp module, MeshAttr mesh) {
  for (auto variable : module.getOps<VariableOp>()) {
    ShardingAttr sharding = shardingOf(variable);
    variable.removeShardAttr();
    if (sharding.isReplicated()) {
      variable.removeShardingAttr();
      continue;
    }
    Type global = variable.getType();
    if (!variable.getGlobalType()) {
      variable.setGlobalType(global);
    }
    variable.setType(localType(global, sharding, mesh));
  }
}

struct GlobalToLocal : impl::GlobalToLocalBase<GlobalToLocal> {
  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    SymbolTable symbols(getOperation());
    for (auto step : getOperation().getOps<StepOp>()) {
      if (failed(Localizer(step, mesh, symbols).run())) {
        return signalPassFailure();
      }
    }
    localizeVariables(getOperation(), mesh);
  }
};

} // namespace
} // namespace sft
