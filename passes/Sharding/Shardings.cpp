#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {

MeshAttr meshOf(Operation *op) {
  auto module =
      isa<ModuleOp>(op) ? cast<ModuleOp>(op) : op->getParentOfType<ModuleOp>();
  if (auto mesh = module->getAttrOfType<MeshAttr>(kMeshAttr)) {
    return mesh;
  }
  return MeshAttr::get(op->getContext(), {}, {});
}

ShardingAttr shardingOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto step = cast<StepOp>(argument.getOwner()->getParentOp());
    return cast<ShardingAttr>((*step.getShardings())[argument.getArgNumber()]);
  }
  auto all = value.getDefiningOp()->getAttrOfType<ArrayAttr>(kShardingsAttr);
  return cast<ShardingAttr>(all[cast<OpResult>(value).getResultNumber()]);
}

/// Axes of a dimension belong to its major factor.
static void readAxes(ShardingAttr sharding, const FactorRule::Dims &dims,
                     const FactorRule &rule,
                     SmallVectorImpl<SmallVector<int64_t, 1>> &axes) {
  for (auto [dim, factors] : llvm::zip_equal(sharding.getDims(), dims)) {
    if (factors.empty() || dim.empty() ||
        rule.factors[factors.front()].kind == FactorKind::Replicated) {
      continue;
    }
    SmallVector<int64_t, 1> &known = axes[factors.front()];
    if (known.empty()) {
      known.assign(dim.asArrayRef().begin(), dim.asArrayRef().end());
    }
  }
}

SmallVector<SmallVector<int64_t, 1>> factorAxes(Operation *op,
                                                const FactorRule &rule) {
  SmallVector<SmallVector<int64_t, 1>> axes(rule.factors.size());
  for (auto [result, dims] : llvm::zip_equal(op->getResults(), rule.results)) {
    readAxes(shardingOf(result), dims, rule, axes);
  }
  for (auto [operand, dims] :
       llvm::zip_equal(op->getOperands(), rule.operands)) {
    readAxes(shardingOf(operand), dims, rule, axes);
  }
  // What an axis does not divide stays whole, and an axis cuts one factor only:
  // p * p^T has its rows on both sides.
  MeshAttr mesh = meshOf(op);
  SmallVector<int64_t> used;
  for (auto [factor, list] : llvm::zip_equal(rule.factors, axes)) {
    bool taken = llvm::any_of(
        list, [&](int64_t axis) { return llvm::is_contained(used, axis); });
    if (taken || factor.size % mesh.sizeOf(list) != 0) {
      list.clear();
    }
    llvm::append_range(used, list);
  }
  return axes;
}

bool mayCut(OpResult result, size_t dim, ArrayRef<int64_t> axes) {
  Operation *op = result.getOwner();
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  if (!ruled) {
    return false;
  }
  FactorRule rule = ruled.getFactorRule();
  const auto &factors = rule.results[result.getResultNumber()][dim];
  if (factors.empty() ||
      rule.factors[factors.front()].kind == FactorKind::Replicated ||
      rule.factors[factors.front()].size % meshOf(op).sizeOf(axes) != 0) {
    return false;
  }
  auto now = factorAxes(op, rule);
  for (auto [factor, list] : llvm::enumerate(now)) {
    bool meets = llvm::any_of(
        list, [&](int64_t axis) { return llvm::is_contained(axes, axis); });
    if (meets && factor != factors.front()) {
      return false;
    }
  }
  return true;
}

static ShardingAttr shardingFor(MLIRContext *context,
                                const FactorRule::Dims &dims,
                                ArrayRef<SmallVector<int64_t, 1>> axes) {
  SmallVector<DenseI64ArrayAttr> lists;
  for (const auto &factors : dims) {
    ArrayRef<int64_t> list;
    if (!factors.empty()) {
      list = axes[factors.front()];
    }
    lists.push_back(DenseI64ArrayAttr::get(context, list));
  }
  return ShardingAttr::get(context, lists, {}, ReduceKind::Sum);
}

ShardingAttr wantedSharding(Operation *op, const FactorRule &rule, unsigned i) {
  return shardingFor(op->getContext(), rule.operands[i], factorAxes(op, rule));
}

bool passesPartial(Operation *op, const FactorRule &rule, unsigned i) {
  ShardingAttr mine = shardingOf(op->getOperand(i));
  auto partialLike = [&](Value other) {
    ShardingAttr sharding = shardingOf(other);
    return sharding.getPartial() == mine.getPartial() &&
           sharding.getReduce() == mine.getReduce() && other.hasOneUse();
  };
  if (mine.getReduce() != ReduceKind::Sum || !op->getOperand(i).hasOneUse()) {
    return false;
  }
  // An axis that cuts the result cannot leave it partial as well.
  for (Value result : op->getResults()) {
    SmallVector<int64_t> cut = shardingOf(result).shardedAxes();
    if (llvm::any_of(mine.getPartial(), [&](int64_t axis) {
          return llvm::is_contained(cut, axis);
        })) {
      return false;
    }
  }
  if (rule.jointlyLinear) {
    return llvm::all_of(op->getOperands(), partialLike);
  }
  if (rule.linearIn.empty() || !rule.linearIn[i]) {
    return false;
  }
  return llvm::count_if(op->getOperands(), [](Value operand) {
           return shardingOf(operand).isPartial();
         }) == 1;
}

Type localType(Type global, ShardingAttr sharding, MeshAttr mesh) {
  if (auto csr = dyn_cast<CsrType>(global)) {
    int64_t parts = mesh.sizeOf(sharding.getDims()[0].asArrayRef());
    return csr.withRows(csr.getRows() / parts);
  }
  auto type = cast<RankedTensorType>(global);
  SmallVector<int64_t> shape(type.getShape());
  for (auto [size, axes] : llvm::zip_equal(shape, sharding.getDims())) {
    size /= mesh.sizeOf(axes.asArrayRef());
  }
  return type.clone(shape);
}

} // namespace sft
