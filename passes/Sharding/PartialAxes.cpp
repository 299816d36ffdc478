//===- PartialAxes.cpp - Where operands may stay partial sums -------------===//
#include "passes/Sharding/Resharding.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {

/// Axes over which operands may stay partial while passing through an op.
namespace {
struct Flow {
  Axes axes;
  /// The operand that is partial; none: all are, together.
  std::optional<unsigned> operand;

  bool concerns(unsigned i) const {
    return !axes.empty() && (!operand || *operand == i);
  }
};
} // namespace

static int64_t bytesOf(ValueRange values, MeshAttr mesh) {
  int64_t bytes = 0;
  for (Value value : values) {
    bytes += localBytes(value.getType(), shardingOf(value), mesh);
  }
  return bytes;
}

/// All operands of a sum together.
static Flow jointFlow(Operation *op, ArrayRef<unsigned> partial) {
  Flow flow;
  bool isScalar = rankOf(op->getResult(0)) == 0;
  for (unsigned i : partial) {
    for (int64_t axis : shardingOf(op->getOperand(i)).getPartial()) {
      if (!llvm::is_contained(flow.axes, axis)) {
        flow.axes.push_back(axis);
      }
    }
  }
  llvm::sort(flow.axes);
  bool same = llvm::all_of(op->getOperands(), [&](Value operand) {
    return shardingOf(operand).getPartial() == ArrayRef<int64_t>(flow.axes);
  });
  return same || isScalar ? flow : Flow();
}

static Flow flowThrough(Operation *op, const FactorRule &rule,
                        const FactorAxes &axes) {
  SmallVector<unsigned> partial;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    ShardingAttr sharding = shardingOf(operand);
    if (!sharding.isPartial()) {
      continue;
    }
    if (sharding.getReduce() != ReduceKind::Sum || !operand.hasOneUse()) {
      return {};
    }
    partial.push_back(unsigned(i));
  }
  Flow flow;
  if (partial.empty()) {
    return flow;
  }
  if (rule.jointlyLinear) {
    flow = jointFlow(op, partial);
  } else if (partial.size() == 1 && !rule.linearIn.empty() &&
             rule.linearIn[partial[0]]) {
    flow.operand = partial[0];
    flow.axes.assign(shardingOf(op->getOperand(partial[0])).getPartial());
  }
  // An axis that cuts a factor cannot leave the value partial as well.
  bool isCut = llvm::any_of(
      axes, [&](const Axes &list) { return meet(list, flow.axes); });
  MeshAttr mesh = meshOf(op);
  ValueRange sources = flow.operand ? op->getOperands().slice(*flow.operand, 1)
                                    : ValueRange(op->getOperands());
  bool grows = bytesOf(op->getResults(), mesh) > bytesOf(sources, mesh);
  return isCut || grows ? Flow() : flow;
}

ShardingAttr wantedSharding(Operation *op, const FactorRule &rule,
                            const FactorAxes &axes, unsigned i) {
  ShardingAttr sharding = shardingFor(op->getContext(), rule.operands[i], axes);
  Flow flow = flowThrough(op, rule, axes);
  return flow.concerns(i) ? sharding.withPartial(flow.axes, ReduceKind::Sum)
                          : sharding;
}

ShardingAttr partialResult(OpResult result, const FactorRule &rule,
                           const FactorAxes &axes) {
  Operation *op = result.getOwner();
  Axes partial;
  auto reduce = ReduceKind::Sum;
  for (auto [factor, list] : llvm::zip_equal(rule.factors, axes)) {
    if (factor.kind == FactorKind::Reduction && !list.empty()) {
      llvm::append_range(partial, list);
      reduce = factor.reduce;
    }
  }
  for (int64_t axis : flowThrough(op, rule, axes).axes) {
    if (!llvm::is_contained(partial, axis)) {
      partial.push_back(axis);
    }
  }
  llvm::sort(partial);
  return shardingOf(result).withPartial(partial, reduce);
}

} // namespace sft
