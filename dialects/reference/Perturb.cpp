#include "dialects/reference/Perturb.h"

#include "dialects/sft/Sft.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sft::reference {

bool sumsElements(Operation *op) {
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  // One without a rule is made of others.
  return !ruled ||
         llvm::any_of(ruled.getFactorRule().factors, [](const Factor &f) {
           return f.kind == FactorKind::Reduction &&
                  f.reduce == ReduceKind::Sum;
         });
}

void perturb(MutableArrayRef<Tensor> tensors, std::minstd_rand &random) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (Tensor &tensor : tensors) {
    for (double &value : tensor.data) {
      if (value != std::trunc(value)) {
        bool up = random() & 1;
        value = std::nextafter(value, up ? infinity : -infinity);
      }
    }
  }
}

} // namespace sft::reference
