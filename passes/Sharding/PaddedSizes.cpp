//===- PaddedSizes.cpp - Classes of dimensions, and what divides them -----===//
//
// 1. A node for each dimension of each value and variable, and each factor of
//    each op; nodes that are one dimension are joined.
// 2. Cuts say what a class has to be a multiple of; where several do, it is
//    their least common multiple.
// 3. A dimension of several factors needs its major factor's multiple times the
//    others, and the other way about, until nothing changes. Sizes themselves
//    are in the same proportion, so that this ends.
//
//===----------------------------------------------------------------------===//
#include "passes/Sharding/PaddedSizes.h"

#include "passes/Sharding/Annotations.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;

namespace sft {

namespace {

/// The node of a factor that is not connected.
constexpr unsigned kApart = ~0u;

/// Places behind the last row of a CSR batch are empty rows: an op that needs
/// all rows may have them.
bool isRowOfCsr(Operation *op, const FactorRule &rule, unsigned factor) {
  return llvm::any_of(llvm::zip_equal(op->getOperands(), rule.operands),
                      [&](auto pair) {
                        auto [operand, dims] = pair;
                        return isa<CsrType>(operand.getType()) &&
                               llvm::is_contained(dims.front(), factor);
                      });
}

/// True if the factor stands behind another one in a dimension.
bool isMinor(const FactorRule &rule, unsigned factor) {
  auto inDims = [&](const FactorRule::Dims &dims) {
    return llvm::any_of(dims, [&](const auto &factors) {
      return !factors.empty() &&
             llvm::is_contained(ArrayRef(factors).drop_front(), factor);
    });
  };
  return llvm::any_of(rule.operands, inDims) ||
         llvm::any_of(rule.results, inDims);
}

bool mayPad(Operation *op, const FactorRule &rule, unsigned factor) {
  const Factor &each = rule.factors[factor];
  bool isWhole = each.kind == FactorKind::Replicated;
  return each.size > 1 && !isMinor(rule, factor) &&
         (!isWhole || isRowOfCsr(op, rule, factor));
}

int64_t productOf(ArrayRef<unsigned> factors, const FactorRule &rule) {
  int64_t product = 1;
  for (unsigned factor : factors) {
    product *= rule.factors[factor].size;
  }
  return product;
}

} // namespace

PaddedSizes::PaddedSizes(ModuleOp module, MeshAttr mesh)
    : mesh(mesh), symbols(module) {
  for (auto variable : module.getOps<VariableOp>()) {
    ops[variable] = add(shapeOfType(variable.getType()));
  }
  for (auto step : module.getOps<StepOp>()) {
    addStep(step);
  }
  for (auto step : module.getOps<StepOp>()) {
    for (Operation &op : step.getBody().front()) {
      connect(op);
    }
  }
  needs.assign(sizes.size(), 1);
  for (auto variable : module.getOps<VariableOp>()) {
    if (isPinned(variable)) {
      cut(ops.lookup(variable), onMesh(variable.getShardAttr(), mesh));
    }
  }
  for (auto step : module.getOps<StepOp>()) {
    cut(step);
  }
  settle();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

PaddedSizes::Nodes PaddedSizes::add(ArrayRef<int64_t> shape) {
  Nodes nodes;
  for (int64_t size : shape) {
    nodes.push_back(unsigned(sizes.size()));
    sizes.push_back(size);
  }
  classes.grow(unsigned(sizes.size()));
  return nodes;
}

void PaddedSizes::addStep(StepOp step) {
  for (BlockArgument input : step.getBody().getArguments()) {
    values[input] = add(shapeOfType(input.getType()));
  }
  for (Operation &op : step.getBody().front()) {
    for (Value result : op.getResults()) {
      values[result] = add(shapeOfType(result.getType()));
    }
  }
}

void PaddedSizes::connect(Operation &op) {
  if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op)) {
    connect(&op, rules[&op] = ruled.getFactorRule());
  }
  if (auto read = dyn_cast<ReadOp>(op)) {
    connect(values[read.getResult()], ops[symbols.lookup(read.getVariable())]);
  }
  if (auto write = dyn_cast<WriteOp>(op)) {
    connect(values[write.getValue()], ops[symbols.lookup(write.getVariable())]);
  }
}

void PaddedSizes::connect(Operation *op, const FactorRule &rule) {
  Nodes factors = add(llvm::map_to_vector(
      rule.factors, [](const Factor &factor) { return factor.size; }));
  for (unsigned i = 0; i < factors.size(); ++i) {
    if (!mayPad(op, rule, i)) {
      factors[i] = kApart;
    }
  }
  for (auto [operand, dims] :
       llvm::zip_equal(op->getOperands(), rule.operands)) {
    connect(values[operand], dims, rule, factors);
  }
  for (auto [result, dims] : llvm::zip_equal(op->getResults(), rule.results)) {
    connect(values[result], dims, rule, factors);
  }
  ops[op] = std::move(factors);
}

void PaddedSizes::connect(const Nodes &dims, const FactorRule::Dims &factors,
                          const FactorRule &rule, const Nodes &ofFactors) {
  for (auto [dim, list] : llvm::zip_equal(dims, factors)) {
    if (list.empty() || ofFactors[list.front()] == kApart) {
      continue;
    }
    int64_t times = productOf(ArrayRef(list).drop_front(), rule);
    if (times == 1) {
      classes.join(dim, ofFactors[list.front()]);
    } else {
      multiples.push_back({dim, ofFactors[list.front()], times});
    }
  }
}

void PaddedSizes::connect(const Nodes &a, const Nodes &b) {
  for (auto [x, y] : llvm::zip_equal(a, b)) {
    classes.join(x, y);
  }
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

void PaddedSizes::cut(const Nodes &dims, ShardingAttr sharding) {
  for (auto [dim, axes] : llvm::zip_equal(dims, sharding.getDims())) {
    int64_t &all = need(dim);
    all = std::lcm(all, sizes[dim] == 1 ? 1 : mesh.sizeOf(axes.asArrayRef()));
  }
}

void PaddedSizes::cut(StepOp step) {
  for (BlockArgument input : step.getBody().getArguments()) {
    auto whole = ShardingAttr::replicated(step.getContext(), rankOf(input));
    if (rankOf(input) > 0) {
      cut(values.lookup(input), whole.withDim(0, dataAxes(mesh)));
    }
  }
  for (auto shard : step.getBody().getOps<ShardOp>()) {
    if (isPinned(shard)) {
      cut(values.lookup(shard.getY()), onMesh(shard.getCutAttr(), mesh));
    }
  }
}

void PaddedSizes::settle() {
  while (settleOnce()) {
  }
}

bool PaddedSizes::settleOnce() {
  bool changed = false;
  auto raise = [&](unsigned node, int64_t by) {
    int64_t next = std::lcm(need(node), by);
    changed |= next != need(node);
    need(node) = next;
  };
  for (const Multiple &each : multiples) {
    if (int64_t ofPart = need(each.part); ofPart > 1) {
      raise(each.whole, ofPart * each.times);
    }
    int64_t ofWhole = need(each.whole);
    raise(each.part, ofWhole / std::gcd(ofWhole, each.times));
  }
  return changed;
}

int64_t PaddedSizes::padded(unsigned node) const {
  return int64_t(llvm::alignTo(uint64_t(sizes[node]),
                               uint64_t(needs[classes.findLeader(node)])));
}

SmallVector<int64_t> PaddedSizes::padded(const Nodes &nodes) const {
  return llvm::map_to_vector(nodes,
                             [&](unsigned node) { return padded(node); });
}

bool PaddedSizes::isEmpty() const {
  return llvm::all_of(llvm::seq<size_t>(0, sizes.size()), [&](size_t node) {
    return padded(unsigned(node)) == sizes[node];
  });
}

SmallVector<int64_t> PaddedSizes::shapeOf(Value value) const {
  return padded(values.lookup(value));
}

SmallVector<int64_t> PaddedSizes::shapeOf(VariableOp variable) const {
  return padded(ops.lookup(variable));
}

const FactorRule &PaddedSizes::ruleOf(Operation *op) const {
  return rules.find(op)->second;
}

SmallVector<int64_t> PaddedSizes::factorsOf(Operation *op) const {
  SmallVector<int64_t> result;
  for (auto [factor, node] :
       llvm::zip_equal(ruleOf(op).factors, ops.find(op)->second)) {
    result.push_back(node == kApart ? factor.size : padded(node));
  }
  return result;
}

} // namespace sft
