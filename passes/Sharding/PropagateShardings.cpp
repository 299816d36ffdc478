//===- PropagateShardings.cpp - Factor rules to a fixed point -------------===//
//
// 1. Seed inputs (leading dimension over "data") and variables (whole).
// 2. Dimensions: visit ops forwards, then backwards, and carry axes along
//    factors into values that have none yet, until a round changes nothing.
// 3. Partial results, in one forward sweep.
//
//===----------------------------------------------------------------------===//
#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_PROPAGATESHARDINGS
#include "passes/Sharding/Passes.h.inc"

namespace {

int64_t rankOf(Value value) {
  return isa<CsrType>(value.getType())
             ? 2
             : cast<RankedTensorType>(value.getType()).getRank();
}

void setSharding(OpResult result, ShardingAttr sharding) {
  Operation *op = result.getOwner();
  SmallVector<Attribute> all;
  if (auto now = op->getAttrOfType<ArrayAttr>(kShardingsAttr)) {
    llvm::append_range(all, now);
  } else {
    for (Value each : op->getResults()) {
      all.push_back(ShardingAttr::replicated(op->getContext(), rankOf(each)));
    }
  }
  all[result.getResultNumber()] = sharding;
  op->setAttr(kShardingsAttr, ArrayAttr::get(op->getContext(), all));
}

/// Values from outside keep the sharding that they were seeded with.
bool isSource(Operation *op) { return isa<ReadOp, RuntimeScalarOp>(op); }

/// "divisors of 32: 1, 2, 4, 8, 16, 32", for a person to choose from.
std::string divisorsOf(int64_t n) {
  std::string text;
  for (int64_t d = 1, listed = 0; d <= n && listed < 16; ++d) {
    if (n % d == 0) {
      text += (listed++ ? ", " : "") + std::to_string(d);
    }
  }
  return text;
}

/// Leading dimension over the data axes, or an error that names valid sizes.
FailureOr<ShardingAttr> seedInput(BlockArgument input, MeshAttr mesh,
                                  ArrayRef<int64_t> dataAxes) {
  MLIRContext *context = input.getContext();
  SmallVector<DenseI64ArrayAttr> dims(size_t(rankOf(input)),
                                      DenseI64ArrayAttr::get(context, {}));
  dims[0] = DenseI64ArrayAttr::get(context, dataAxes);
  auto csr = dyn_cast<CsrType>(input.getType());
  int64_t batch = csr ? csr.getRows()
                      : cast<RankedTensorType>(input.getType()).getDimSize(0);
  if (batch % mesh.sizeOf(dataAxes) != 0) {
    return mlir::emitError(input.getLoc())
           << "batch of " << batch << " rows does not divide over mesh axis "
           << "\"data\" = " << mesh.sizeOf(dataAxes)
           << "; sizes that divide it: " << divisorsOf(batch);
  }
  return ShardingAttr::get(context, dims, {}, ReduceKind::Sum);
}

LogicalResult seedStep(StepOp step, MeshAttr mesh) {
  SmallVector<int64_t, 1> dataAxes;
  int64_t axis = mesh.indexOf("data");
  if (axis >= 0 && mesh.getSizes()[size_t(axis)] > 1) {
    dataAxes.push_back(axis);
  }
  SmallVector<Attribute> shardings, types;
  for (BlockArgument input : step.getBody().getArguments()) {
    FailureOr<ShardingAttr> sharding = seedInput(input, mesh, dataAxes);
    if (failed(sharding)) {
      return failure();
    }
    shardings.push_back(*sharding);
    types.push_back(TypeAttr::get(input.getType()));
  }
  Builder builder(step.getContext());
  step.setShardingsAttr(builder.getArrayAttr(shardings));
  step.setGlobalTypesAttr(builder.getArrayAttr(types));
  for (Operation &op : step.getBody().front()) {
    for (OpResult result : op.getResults()) {
      setSharding(result,
                  ShardingAttr::replicated(op.getContext(), rankOf(result)));
    }
  }
  return success();
}

/// Gives `value` the axes of its factors where it has none. True if it changed.
bool carry(Value value, const FactorRule::Dims &dims, const FactorRule &rule,
           ArrayRef<SmallVector<int64_t, 1>> axes) {
  auto result = dyn_cast<OpResult>(value);
  if (!result || isSource(result.getOwner())) {
    return false;
  }
  ShardingAttr now = shardingOf(value);
  SmallVector<int64_t> used = now.shardedAxes();
  SmallVector<DenseI64ArrayAttr> lists(now.getDims());
  for (auto [d, list] : llvm::enumerate(lists)) {
    const auto &factors = dims[d];
    if (factors.empty() || !list.empty() ||
        rule.factors[factors.front()].kind == FactorKind::Replicated) {
      continue;
    }
    ArrayRef<int64_t> wanted = axes[factors.front()];
    bool taken = llvm::any_of(
        wanted, [&](int64_t axis) { return llvm::is_contained(used, axis); });
    if (!wanted.empty() && !taken && mayCut(result, d, wanted)) {
      list = DenseI64ArrayAttr::get(value.getContext(), wanted);
      llvm::append_range(used, wanted);
    }
  }
  auto next = ShardingAttr::get(value.getContext(), lists, {}, now.getReduce());
  if (next == now) {
    return false;
  }
  setSharding(result, next);
  return true;
}

bool propagateThrough(Operation &op) {
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  if (!ruled) {
    return false;
  }
  FactorRule rule = ruled.getFactorRule();
  auto axes = factorAxes(&op, rule);
  bool changed = false;
  for (auto [value, dims] : llvm::zip_equal(op.getResults(), rule.results)) {
    changed |= carry(value, dims, rule, axes);
  }
  for (auto [value, dims] : llvm::zip_equal(op.getOperands(), rule.operands)) {
    changed |= carry(value, dims, rule, axes);
  }
  return changed;
}

void propagateDimensions(Block &block) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (Operation &op : block) {
      changed |= propagateThrough(op);
    }
    for (Operation &op : llvm::reverse(block)) {
      changed |= propagateThrough(op);
    }
  }
}

/// Axes over which `op` leaves its results partial.
ShardingAttr partialResult(Operation &op, OpResult result,
                           const FactorRule &rule) {
  SmallVector<int64_t> partial;
  auto reduce = ReduceKind::Sum;
  auto axes = factorAxes(&op, rule);
  for (auto [factor, list] : llvm::zip_equal(rule.factors, axes)) {
    if (factor.kind == FactorKind::Reduction && !list.empty()) {
      llvm::append_range(partial, list);
      reduce = factor.reduce;
    }
  }
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    ShardingAttr sharding = shardingOf(op.getOperand(i));
    if (sharding.isPartial() && passesPartial(&op, rule, i)) {
      partial.assign(sharding.getPartial().begin(),
                     sharding.getPartial().end());
    }
  }
  llvm::sort(partial);
  return ShardingAttr::get(op.getContext(), shardingOf(result).getDims(),
                           partial, reduce);
}

void findPartials(Block &block) {
  for (Operation &op : block) {
    if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op)) {
      FactorRule rule = ruled.getFactorRule();
      for (OpResult result : op.getResults()) {
        setSharding(result, partialResult(op, result, rule));
      }
    }
  }
}

struct PropagateShardings : impl::PropagateShardingsBase<PropagateShardings> {
  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    for (StringAttr name : mesh.getNames()) {
      if (name.getValue() != "data") {
        getOperation().emitError()
            << "mesh axis " << name
            << " is used by no strategy; data parallelism uses \"data\"";
        return signalPassFailure();
      }
    }
    for (auto step : getOperation().getOps<StepOp>()) {
      if (failed(seedStep(step, mesh))) {
        return signalPassFailure();
      }
      propagateDimensions(step.getBody().front());
      findPartials(step.getBody().front());
    }
  }
};

} // namespace
} // namespace sft
