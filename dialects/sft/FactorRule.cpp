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

void FactorRule::print(raw_ostream &os) const {
  auto printAll = [&](ArrayRef<Dims> all) {
    llvm::interleave(
        all, os, [&](const Dims &dims) { printDims(os, dims); }, ",");
  };
  os << '(';
  printAll(operands);
  os << ") -> ";
  printAll(results);
}

} // namespace sft
