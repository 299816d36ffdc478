#include "dialects/sft/Sft.h"

using namespace mlir;

namespace sft {

unsigned FactorRule::addFactor(int64_t size, FactorKind kind,
                               ReduceKind reduce) {
  factors.push_back({size, kind, reduce});
  return unsigned(factors.size()) - 1;
}

/// i, j, k, ... for factors 0, 1, 2, ...
static void printFactor(raw_ostream &os, unsigned factor) {
  os << char('i' + factor % 18);
  if (factor >= 18) {
    os << factor / 18;
  }
}

static void printDims(raw_ostream &os, const FactorRule::Dims &dims) {
  os << '[';
  llvm::interleave(
      dims, os,
      [&](const auto &factors) {
        if (factors.empty()) {
          os << '1';
        }
        llvm::interleave(
            factors, os, [&](unsigned f) { printFactor(os, f); }, "*");
      },
      ",");
  os << ']';
}

static void printKinds(raw_ostream &os, ArrayRef<Factor> factors) {
  for (auto [i, factor] : llvm::enumerate(factors)) {
    if (factor.kind == FactorKind::Parallel) {
      continue;
    }
    printFactor(os << ", ", unsigned(i));
    bool isReduction = factor.kind == FactorKind::Reduction;
    os << ' ' << (isReduction ? stringifyReduceKind(factor.reduce) : "whole");
  }
}

static void printLinearity(raw_ostream &os, const FactorRule &rule) {
  SmallVector<size_t> linear;
  for (auto [i, isLinear] : llvm::enumerate(rule.linearIn)) {
    if (isLinear) {
      linear.push_back(i);
    }
  }
  if (!linear.empty()) {
    llvm::interleaveComma(linear, os << ", linear in ");
  }
  os << (rule.jointlyLinear ? ", jointly linear" : "");
}

void FactorRule::print(raw_ostream &os) const {
  auto printAll = [&](ArrayRef<Dims> all) {
    llvm::interleave(
        all, os, [&](const Dims &dims) { printDims(os, dims); }, ",");
  };
  os << '(';
  printAll(operands);
  os << ") -> ";
  printAll(results);
  printKinds(os, factors);
  printLinearity(os, *this);
}

} // namespace sft
