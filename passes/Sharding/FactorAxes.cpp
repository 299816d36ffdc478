//===- FactorAxes.cpp - Over which axes an op's factors are cut -----------===//
//
// The axes of a dimension belong to its factors, major first: a factor gets
// axes while they divide it, the next one only once the first is cut down to
// single elements. So every part of a dimension is contiguous.
//
//===----------------------------------------------------------------------===//
#include "passes/Sharding/Resharding.h"
#include "passes/Sharding/Shardings.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;

namespace sft {

//===----------------------------------------------------------------------===//
// Dimensions and factors
//===----------------------------------------------------------------------===//

Axes axesOf(ArrayRef<unsigned> factors, const FactorAxes &axes) {
  Axes all;
  for (unsigned factor : factors) {
    llvm::append_range(all, axes[factor]);
  }
  return all;
}

ShardingAttr shardingFor(MLIRContext *context, const FactorRule::Dims &dims,
                         const FactorAxes &axes) {
  SmallVector<DenseI64ArrayAttr> lists;
  for (const auto &factors : dims) {
    lists.push_back(DenseI64ArrayAttr::get(context, axesOf(factors, axes)));
  }
  return ShardingAttr::get(context, lists, {}, ReduceKind::Sum);
}

double workOf(const FactorRule &rule, const FactorAxes &axes, MeshAttr mesh) {
  double points = 1;
  for (auto [factor, list] : llvm::zip_equal(rule.factors, axes)) {
    points *= double(factor.size) / double(mesh.sizeOf(list));
  }
  return 2 * points;
}

namespace {

/// A list of axes that a value suggests for a factor.
struct Candidate {
  unsigned factor;
  Axes axes;
};

/// Gives the axes of one dimension to its factors; false if some are left over.
bool split(ArrayRef<int64_t> list, ArrayRef<unsigned> factors,
           const FactorRule &rule, MeshAttr mesh,
           SmallVectorImpl<Candidate> &result) {
  for (unsigned factor : factors) {
    const Factor &each = rule.factors[factor];
    size_t count = 0;
    int64_t parts = 1;
    while (each.kind != FactorKind::Replicated && count < list.size() &&
           each.size % (parts * mesh.getSizes()[size_t(list[count])]) == 0) {
      parts *= mesh.getSizes()[size_t(list[count++])];
    }
    if (count > 0) {
      result.push_back({factor, Axes(list.take_front(count))});
      list = list.drop_front(count);
    }
    if (parts != each.size) {
      break;
    }
  }
  return list.empty();
}

/// What one value suggests.
bool split(ShardingAttr sharding, const FactorRule::Dims &dims,
           const FactorRule &rule, MeshAttr mesh,
           SmallVectorImpl<Candidate> &result) {
  bool complete = true;
  for (auto [list, factors] : llvm::zip_equal(sharding.getDims(), dims)) {
    complete &= split(list.asArrayRef(), factors, rule, mesh, result);
  }
  return complete;
}

/// True if every dimension around the op is contiguous parts with these axes.
bool isRepresentable(const FactorRule &rule, const FactorAxes &axes,
                     MeshAttr mesh) {
  auto contiguous = [&](const FactorRule::Dims &dims) {
    return llvm::all_of(dims, [&](const auto &factors) {
      bool wholeBefore = false;
      for (unsigned factor : factors) {
        if (wholeBefore && !axes[factor].empty()) {
          return false;
        }
        wholeBefore |= mesh.sizeOf(axes[factor]) != rule.factors[factor].size;
      }
      return true;
    });
  };
  return llvm::all_of(rule.operands, contiguous) &&
         llvm::all_of(rule.results, contiguous);
}

/// True if every operand can be brought to these axes.
bool isReachable(Operation *op, const FactorRule &rule,
                 const FactorAxes &axes) {
  return llvm::all_of(
      llvm::zip_equal(op->getOperands(), rule.operands), [&](auto pair) {
        auto [operand, dims] = pair;
        return canReshard(operand.getType(), shardingOf(operand),
                          shardingFor(op->getContext(), dims, axes));
      });
}

/// Candidates of one op, and the way through those that exclude each other.
class Choice {
public:
  Choice(Operation *op, const FactorRule &rule)
      : op(op), rule(rule), mesh(meshOf(op)), axes(rule.factors.size()) {}

  /// Takes what `value` suggests for factors that are not settled yet.
  void suggest(ShardingAttr sharding, const FactorRule::Dims &dims) {
    SmallVector<Candidate> found;
    split(sharding, dims, rule, mesh, found);
    for (Candidate &each : found) {
      if (!settled.contains(each.factor)) {
        add(std::move(each));
      }
    }
  }

  /// Fixes all factors of a value: as its sharding says, else whole.
  void settle(ShardingAttr sharding, const FactorRule::Dims &dims) {
    SmallVector<Candidate> found;
    split(sharding, dims, rule, mesh, found);
    for (const auto &factors : dims) {
      settled.insert(factors.begin(), factors.end());
    }
    for (Candidate &each : found) {
      axes[each.factor] = std::move(each.axes);
    }
  }

  /// The best choice among the candidates. `optional`: it may also be best to
  /// take none.
  FactorAxes best(bool optional) {
    if (candidates.empty()) {
      return axes;
    }
    if (!optional && !conflict()) {
      for (const Candidate &each : candidates) {
        axes[each.factor] = each.axes;
      }
      if (isRepresentable(rule, axes, mesh)) {
        return axes;
      }
      clearCandidates();
    }
    // Every rule has few factors, and few of them are contested.
    candidates.truncate(std::min<size_t>(candidates.size(), 8));
    bestCost = std::numeric_limits<double>::infinity();
    explore(0);
    return chosen;
  }

  /// Whether values around the op suggest what cannot be done together.
  bool conflict() const {
    for (auto [i, a] : llvm::enumerate(candidates)) {
      if (meetsSettled(a)) {
        return true;
      }
      for (const Candidate &b : ArrayRef(candidates).drop_front(i + 1)) {
        if (a.factor == b.factor || meet(a.axes, b.axes)) {
          return true;
        }
      }
    }
    return false;
  }

private:
  /// Where one list begins with another, both agree: the longer one is kept.
  void add(Candidate candidate) {
    ArrayRef<int64_t> mine = candidate.axes;
    for (Candidate &other : candidates) {
      ArrayRef<int64_t> theirs = other.axes;
      size_t common = std::min(mine.size(), theirs.size());
      if (other.factor == candidate.factor &&
          mine.take_front(common) == theirs.take_front(common)) {
        if (common < mine.size()) {
          other = std::move(candidate);
        }
        return;
      }
    }
    candidates.push_back(std::move(candidate));
  }

  bool meetsSettled(const Candidate &candidate) const {
    return llvm::any_of(settled, [&](unsigned factor) {
      return meet(axes[factor], candidate.axes);
    });
  }

  void clearCandidates() {
    for (const Candidate &each : candidates) {
      axes[each.factor].clear();
    }
  }

  /// With and without each candidate.
  void explore(size_t next) {
    if (next == candidates.size()) {
      if (double price = cost(); price < bestCost) {
        bestCost = price;
        chosen = axes;
      }
      return;
    }
    const Candidate &each = candidates[next];
    bool isFree = axes[each.factor].empty() &&
                  llvm::none_of(axes, [&](const Axes &other) {
                    return meet(other, each.axes);
                  });
    if (isFree) {
      axes[each.factor] = each.axes;
      explore(next + 1);
      axes[each.factor].clear();
    }
    explore(next + 1);
  }

  /// Seconds for bringing the operands, for computing, and for making whole
  /// what a cut reduction leaves partial.
  double cost() const {
    if (!isRepresentable(rule, axes, mesh) || !isReachable(op, rule, axes)) {
      return std::numeric_limits<double>::max();
    }
    double seconds = workOf(rule, axes, mesh) / kArithmetic;
    for (auto [operand, dims] :
         llvm::zip_equal(op->getOperands(), rule.operands)) {
      seconds += planResharding(operand.getType(), shardingOf(operand),
                                shardingFor(op->getContext(), dims, axes), mesh)
                     .seconds;
    }
    for (auto [result, dims] :
         llvm::zip_equal(op->getResults(), rule.results)) {
      ShardingAttr made = shardingFor(op->getContext(), dims, axes);
      Axes partial = reduced();
      seconds +=
          planResharding(result.getType(),
                         made.withPartial(partial, ReduceKind::Sum), made, mesh)
              .seconds;
    }
    return seconds;
  }

  Axes reduced() const {
    Axes all;
    for (auto [factor, list] : llvm::zip_equal(rule.factors, axes)) {
      if (factor.kind == FactorKind::Reduction) {
        llvm::append_range(all, list);
      }
    }
    return all;
  }

  Operation *op;
  const FactorRule &rule;
  MeshAttr mesh;
  FactorAxes axes, chosen;
  double bestCost = 0;
  SmallVector<Candidate> candidates;
  llvm::SmallSet<unsigned, 8> settled;
};

} // namespace

/// What values around the op suggest.
static Choice suggestions(Operation *op, const FactorRule &rule) {
  Choice choice(op, rule);
  for (auto [result, dims] : llvm::zip_equal(op->getResults(), rule.results)) {
    choice.suggest(shardingOf(result), dims);
  }
  for (auto [operand, dims] :
       llvm::zip_equal(op->getOperands(), rule.operands)) {
    choice.suggest(shardingOf(operand), dims);
  }
  return choice;
}

FactorAxes proposeFactors(Operation *op, const FactorRule &rule) {
  return suggestions(op, rule).best(/*optional=*/false);
}

std::string describeConflict(Operation *op, const FactorRule &rule) {
  if (!suggestions(op, rule).conflict()) {
    return "";
  }
  MeshAttr mesh = meshOf(op);
  FactorAxes axes = decideFactors(op, rule);
  std::string text;
  for (auto [operand, dims] :
       llvm::zip_equal(op->getOperands(), rule.operands)) {
    ShardingAttr has = shardingOf(operand).withPartial({}, ReduceKind::Sum);
    ShardingAttr wanted = shardingFor(op->getContext(), dims, axes);
    if (has != wanted) {
      text += (text.empty() ? "wants " : "; wants ") + describe(wanted, mesh) +
              ", have " + describe(has, mesh) + " " + sourceOf(operand) +
              describeOrigins({operand.getDefiningOp(), op}, mesh);
    }
  }
  return text;
}

FactorAxes decideFactors(Operation *op, const FactorRule &rule) {
  Choice choice(op, rule);
  for (auto [result, dims] : llvm::zip_equal(op->getResults(), rule.results)) {
    choice.settle(shardingOf(result), dims);
  }
  for (auto [operand, dims] :
       llvm::zip_equal(op->getOperands(), rule.operands)) {
    choice.suggest(shardingOf(operand), dims);
  }
  return choice.best(/*optional=*/true);
}

/// Results of one op share their factors: what one of them gets, the others
/// have or can get too.
static bool othersAgree(OpResult result, const FactorRule &rule,
                        ArrayRef<Candidate> wanted) {
  SmallVector<Candidate> taken;
  MeshAttr mesh = meshOf(result.getOwner());
  for (OpResult other : result.getOwner()->getResults()) {
    if (other != result) {
      split(shardingOf(other), rule.results[other.getResultNumber()], rule,
            mesh, taken);
    }
  }
  return llvm::all_of(wanted, [&](const Candidate &mine) {
    return llvm::all_of(taken, [&](const Candidate &theirs) {
      size_t common = std::min(mine.axes.size(), theirs.axes.size());
      return mine.factor != theirs.factor ||
             ArrayRef(mine.axes).take_front(common) ==
                 ArrayRef(theirs.axes).take_front(common);
    });
  });
}

ShardingAttr cutAlike(OpResult other, OpResult result) {
  FactorRule rule =
      cast<ShardingRuleOpInterface>(result.getOwner()).getFactorRule();
  MeshAttr mesh = meshOf(result.getOwner());
  FactorAxes axes(rule.factors.size());
  for (OpResult each : {other, result}) {
    SmallVector<Candidate> found;
    split(shardingOf(each), rule.results[each.getResultNumber()], rule, mesh,
          found);
    for (Candidate &candidate : found) {
      axes[candidate.factor] = std::move(candidate.axes);
    }
  }
  return shardingFor(other.getContext(), rule.results[other.getResultNumber()],
                     axes);
}

bool mayCut(OpResult result, size_t dim, ArrayRef<int64_t> axes) {
  Operation *op = result.getOwner();
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  if (!ruled) {
    return false;
  }
  FactorRule rule = ruled.getFactorRule();
  MeshAttr mesh = meshOf(op);
  SmallVector<Candidate> wanted;
  const auto &factors = rule.results[result.getResultNumber()][dim];
  if (!split(axes, factors, rule, mesh, wanted) ||
      !othersAgree(result, rule, wanted)) {
    return false;
  }
  FactorAxes now = proposeFactors(op, rule);
  for (const Candidate &each : wanted) {
    now[each.factor].clear();
  }
  if (llvm::any_of(now, [&](const Axes &list) { return meet(list, axes); })) {
    return false;
  }
  for (Candidate &each : wanted) {
    now[each.factor] = std::move(each.axes);
  }
  return isRepresentable(rule, now, mesh) && isReachable(op, rule, now);
}

} // namespace sft
