//===- ShapeSharding.cpp - Factor rules of the shape ops ------------------===//
#include "dialects/sft/Broadcasting.h"

#include <numeric>

using namespace mlir;

namespace sft {

namespace {

/// Finds the common factors of two shapes with as many elements, major first:
/// [6,4] and [4,6] are [2*3,4] and [2*2,6], where the 2 that leads both is one
/// factor; what follows it does not correspond.
class ReshapeFactors {
public:
  ReshapeFactors(ArrayRef<int64_t> from, ArrayRef<int64_t> to)
      : operand{from, FactorRule::Dims(from.size())},
        result{to, FactorRule::Dims(to.size())} {}

  FactorRule run() {
    while (operand.advance() && result.advance()) {
      int64_t common = std::gcd(operand.rest, result.rest);
      if (common == 1) {
        skipGroup();
      } else {
        unsigned factor = rule.addFactor(common);
        operand.take(factor, common);
        result.take(factor, common);
      }
    }
    rule.operands.push_back(operand.dims);
    rule.results.push_back(result.dims);
    rule.linearIn = {true};
    return std::move(rule);
  }

private:
  /// One of the shapes, and how far it has been read.
  struct Side {
    ArrayRef<int64_t> shape;
    FactorRule::Dims dims;
    size_t at = 0;    ///< the dimension after the one being read
    int64_t rest = 1; ///< what is left of that one

    /// Goes on to the next dimension if this one is used up.
    bool advance() {
      while (rest == 1 && at < shape.size()) {
        rest = shape[at++];
      }
      return rest != 1;
    }
    void take(unsigned factor, int64_t size) {
      dims[at - 1].push_back(factor);
      rest /= size;
    }
    int64_t takeAll(FactorRule &rule) {
      int64_t size = rest;
      take(rule.addFactor(size, FactorKind::Replicated), size);
      return size;
    }
  };

  /// Uses up dimensions until both sides have used as many elements.
  void skipGroup() {
    int64_t used = operand.takeAll(rule), wanted = result.takeAll(rule);
    while (used != wanted) {
      Side &behind = used < wanted ? operand : result;
      behind.advance();
      (used < wanted ? used : wanted) *= behind.takeAll(rule);
    }
  }

  FactorRule rule;
  Side operand, result;
};

} // namespace

FactorRule ReshapeOp::getFactorRule() {
  return ReshapeFactors(shapeOf(getX()), shapeOf(getY())).run();
}

FactorRule TransposeOp::getFactorRule() {
  FactorRule rule;
  FactorRule::Dims from, to;
  for (int64_t size : getX().getType().getShape()) {
    from.push_back({rule.addFactor(size)});
  }
  for (int64_t d : getPermutation()) {
    to.push_back(from[size_t(d)]);
  }
  rule.operands.push_back(from);
  rule.results.push_back(to);
  rule.linearIn = {true};
  return rule;
}

FactorRule BroadcastOp::getFactorRule() {
  return broadcastRule(*this, Linearity::Each);
}

/// One factor for each dimension that operands and result have in common; those
/// that differ in size somewhere are needed whole.
static FactorRule wholeDimensionsRule(Operation *op) {
  FactorRule rule;
  rule.operands.resize(op->getNumOperands());
  rule.results.resize(1);
  SmallVector<int64_t> to = shapeOf(op->getResult(0));
  for (size_t d = 0; d < to.size(); ++d) {
    bool isWhole = llvm::all_of(op->getOperands(), [&](Value operand) {
      return shapeOf(operand)[d] == to[d];
    });
    unsigned shared = rule.addFactor(to[d], isWhole ? FactorKind::Parallel
                                                    : FactorKind::Replicated);
    rule.results[0].push_back({shared});
    for (auto [operand, dims] :
         llvm::zip_equal(op->getOperands(), rule.operands)) {
      dims.push_back({isWhole ? shared
                              : rule.addFactor(shapeOf(operand)[d],
                                               FactorKind::Replicated)});
    }
  }
  return rule;
}

FactorRule SliceOp::getFactorRule() {
  FactorRule rule = wholeDimensionsRule(*this);
  rule.linearIn = {true};
  return rule;
}

FactorRule PadOp::getFactorRule() {
  FactorRule rule = wholeDimensionsRule(*this);
  rule.linearIn = {true};
  return rule;
}

FactorRule ConcatOp::getFactorRule() {
  FactorRule rule = wholeDimensionsRule(*this);
  rule.linearIn.assign(getNumOperands(), false);
  rule.jointlyLinear = true;
  return rule;
}

} // namespace sft
