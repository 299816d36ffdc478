//===- SplitAxes.cpp - A finer mesh where a factor needs it ---------------===//
//
// 1. Find the splits that dimensions of several factors ask for: the axis that
//    reaches a factor and does not divide what is left of it, and the parts of
//    it that this factor and those behind it can take.
// 2. Try each on a copy of the program with the finer mesh, from the seeds, and
//    estimate what the copy takes: messages and work.
// 3. Keep the cheapest if it is cheaper than the program as it is, and look
//    again, until none is.
//
//===----------------------------------------------------------------------===//
#include "passes/Sharding/Passes.h"
#include "passes/Sharding/Resharding.h"
#include "passes/Sharding/Shardings.h"
#include "passes/Sharding/Steps.h"

#include <numeric>

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_SPLITAXES
#include "passes/Sharding/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Which splits
//===----------------------------------------------------------------------===//

/// A mesh axis, and the sizes of its parts, major first.
using Split = std::pair<int64_t, SmallVector<int64_t, 3>>;

/// What factors take of `axis` one after another, and the rest: `left` of the
/// first, then the next ones. A factor that is not used up is the last, as
/// parts of a dimension are contiguous.
SmallVector<int64_t, 3> dealOut(int64_t axis, int64_t left,
                                ArrayRef<unsigned> next,
                                const FactorRule &rule) {
  SmallVector<int64_t, 3> parts;
  while (axis > 1) {
    int64_t common = std::gcd(left, axis);
    bool isLast = common != left || next.empty() ||
                  rule.factors[next.front()].kind == FactorKind::Replicated;
    if (common > 1) {
      parts.push_back(common);
      axis /= common;
    }
    if (isLast) {
      break;
    }
    left = rule.factors[next.front()].size;
    next = next.drop_front();
  }
  if (axis > 1) {
    parts.push_back(axis);
  }
  return parts;
}

/// What the factors of one dimension ask for that is to be cut over `list`: the
/// first axis that does not divide what is left of its factor, in parts.
std::optional<Split> splitFor(ArrayRef<int64_t> list,
                              ArrayRef<unsigned> factors,
                              const FactorRule &rule, MeshAttr mesh) {
  for (; !factors.empty(); factors = factors.drop_front()) {
    const Factor &factor = rule.factors[factors.front()];
    int64_t left = factor.size;
    while (!list.empty() && left % mesh.sizeOf(list.front()) == 0) {
      left /= mesh.sizeOf(list.front());
      list = list.drop_front();
    }
    if (factor.kind == FactorKind::Replicated || list.empty()) {
      return std::nullopt;
    }
    if (left != 1) {
      auto parts =
          dealOut(mesh.sizeOf(list.front()), left, factors.drop_front(), rule);
      return parts.size() > 1 ? std::optional(Split(list.front(), parts))
                              : std::nullopt;
    }
  }
  return std::nullopt;
}

/// Collects what the ops of a program ask for, in its order.
class Wishes {
public:
  Wishes(ModuleOp module, ArrayRef<std::string> keep)
      : mesh(meshOf(module)), keep(keep) {
    for (auto step : module.getOps<StepOp>()) {
      for (Operation &op : step.getBody().front()) {
        collect(op);
      }
    }
  }

  SmallVector<Split> splits;

private:
  void collect(Operation &op) {
    auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
    if (!ruled) {
      return;
    }
    FactorRule rule = ruled.getFactorRule();
    for (auto [operand, dims] :
         llvm::zip_equal(op.getOperands(), rule.operands)) {
      collect(shardingOf(operand), dims, rule);
    }
    for (auto [result, dims] : llvm::zip_equal(op.getResults(), rule.results)) {
      if (hasSeveralFactors(dims)) {
        collect(shardingOf(result), dims, rule);
        collectUses(result, dims, rule);
      }
    }
  }

  /// What users would cut `result` over, were it possible.
  void collectUses(Value result, const FactorRule::Dims &dims,
                   const FactorRule &rule) {
    for (OpOperand &use : result.getUses()) {
      if (auto user = dyn_cast<ShardingRuleOpInterface>(use.getOwner())) {
        FactorRule theirs = user.getFactorRule();
        FactorAxes axes = proposeFactors(user, theirs);
        collect(shardingFor(user.getContext(),
                            theirs.operands[use.getOperandNumber()], axes),
                dims, rule);
      }
    }
  }

  void collect(ShardingAttr sharding, const FactorRule::Dims &dims,
               const FactorRule &rule) {
    for (auto [list, factors] : llvm::zip_equal(sharding.getDims(), dims)) {
      auto split = splitFor(list.asArrayRef(), factors, rule, mesh);
      if (split && !llvm::is_contained(splits, *split) &&
          !llvm::is_contained(keep, mesh.ownerOf(split->first))) {
        splits.push_back(*split);
      }
    }
  }

  static bool hasSeveralFactors(const FactorRule::Dims &dims) {
    return llvm::any_of(dims,
                        [](const auto &factors) { return factors.size() > 1; });
  }

  MeshAttr mesh;
  ArrayRef<std::string> keep;
};

//===----------------------------------------------------------------------===//
// What a program takes
//===----------------------------------------------------------------------===//

/// Seconds of one run of each step, as partitioning will make them of the
/// shardings.
class Estimate {
public:
  explicit Estimate(ModuleOp module) : mesh(meshOf(module)), symbols(module) {
    for (auto step : module.getOps<StepOp>()) {
      for (Operation &op : step.getBody().front()) {
        add(op);
      }
    }
  }

  double seconds = 0;

private:
  void add(Operation &op) {
    auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
    if (!ruled) {
      for (Value operand : op.getOperands()) {
        bring(operand, wantedByEffect(op, operand));
      }
      return;
    }
    FactorRule rule = ruled.getFactorRule();
    FactorAxes axes = decideFactors(&op, rule);
    seconds += workOf(rule, axes, mesh) / kArithmetic;
    for (unsigned i = 0; i < op.getNumOperands(); ++i) {
      bring(op.getOperand(i), wantedSharding(&op, rule, axes, i));
    }
  }

  ShardingAttr wantedByEffect(Operation &op, Value operand) {
    if (auto write = dyn_cast<WriteOp>(op)) {
      return shardingOf(symbols.lookup<VariableOp>(write.getVariable()));
    }
    return ShardingAttr::replicated(op.getContext(), rankOf(operand));
  }

  /// From the cheapest of what there is of `value`.
  void bring(Value value, ShardingAttr to) {
    auto &known = versions[value];
    if (known.empty()) {
      known.push_back(shardingOf(value));
    }
    double least = std::numeric_limits<double>::infinity();
    for (ShardingAttr from : known) {
      least = std::min(least,
                       planResharding(value.getType(), from, to, mesh).seconds);
    }
    seconds += least;
    known.push_back(to);
  }

  MeshAttr mesh;
  SymbolTable symbols;
  DenseMap<Value, SmallVector<ShardingAttr, 2>> versions;
};

/// What is left of the phase, done to a copy.
double secondsOf(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  findPartials(*copy);
  scatterPartials(*copy);
  if (failed(propagateShardings(*copy))) {
    return std::numeric_limits<double>::infinity();
  }
  findPartials(*copy);
  return Estimate(*copy).seconds;
}

//===----------------------------------------------------------------------===//
// The finer mesh
//===----------------------------------------------------------------------===//

/// `mesh` with an axis in parts; if it was a part itself, all that its axis has
/// are numbered anew.
MeshAttr refined(MeshAttr mesh, const Split &split) {
  int64_t axis = split.first;
  StringRef owner = mesh.ownerOf(axis);
  SmallVector<StringAttr> names;
  SmallVector<int64_t> sizes;
  int64_t parts = 0;
  auto add = [&](StringAttr name, int64_t size) {
    names.push_back(name);
    sizes.push_back(size);
  };
  auto addPart = [&](int64_t size) {
    add(StringAttr::get(mesh.getContext(), owner + ":" + Twine(parts++)), size);
  };
  for (auto [i, size] : llvm::enumerate(mesh.getSizes())) {
    if (int64_t(i) == axis) {
      llvm::for_each(split.second, addPart);
    } else if (mesh.ownerOf(int64_t(i)) == owner) {
      addPart(size);
    } else {
      add(mesh.getNames()[i], size);
    }
  }
  return MeshAttr::get(mesh.getContext(), names, sizes);
}

/// Takes away what propagation has found.
void forget(ModuleOp module) {
  module.walk([](Operation *op) {
    if (auto variable = dyn_cast<VariableOp>(op)) {
      variable.removeShardingAttr();
    }
    op->removeAttr(kOriginsAttr);
    op->removeAttr(kConflictAttr);
  });
}

/// The program on the finer mesh; null if it cannot be.
OwningOpRef<ModuleOp> refine(ModuleOp module, const Split &split) {
  ScopedDiagnosticHandler quiet(module.getContext(),
                                [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> copy = module.clone();
  forget(*copy);
  (*copy)->setAttr(kMeshAttr, refined(meshOf(module), split));
  if (failed(seedShardings(*copy)) || failed(propagateShardings(*copy))) {
    return nullptr;
  }
  return copy;
}

/// One split, the best; false if none is better than what there is.
bool improve(ModuleOp module, ArrayRef<std::string> keep) {
  Wishes wishes(module, keep);
  if (wishes.splits.empty()) {
    return false;
  }
  // Sums that differ by rounding alone are no reason.
  double least = secondsOf(module) * (1 - 1e-6);
  OwningOpRef<ModuleOp> best;
  for (const Split &split : wishes.splits) {
    OwningOpRef<ModuleOp> copy = refine(module, split);
    double seconds = copy ? secondsOf(*copy) : least;
    if (seconds < least) {
      least = seconds;
      best = std::move(copy);
    }
  }
  if (best) {
    module->setAttrs((*best)->getAttrDictionary());
    module.getBodyRegion().takeBody(best->getBodyRegion());
  }
  return bool(best);
}

struct SplitAxes : impl::SplitAxesBase<SplitAxes> {
  using SplitAxesBase::SplitAxesBase;

  void runOnOperation() override {
    SmallVector<std::string> whole(keep.begin(), keep.end());
    while (improve(getOperation(), whole)) {
    }
  }
};

} // namespace
} // namespace sft
