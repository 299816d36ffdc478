#include "dialects/reference/Perturb.h"

#include "dialects/reference/Machine.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sft::reference {

static bool sumsElements(Operation *op) {
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  return ruled && llvm::any_of(ruled.getFactorRule().factors, [](Factor each) {
           return each.kind == FactorKind::Reduction &&
                  each.reduce == ReduceKind::Sum;
         });
}

static bool isFloat(Type type) {
  auto csr = dyn_cast<CsrType>(type);
  return isa<FloatType>(csr ? csr.getElementType()
                            : getElementTypeOrSelf(type));
}

/// Sums are of elements or of products of them: of their magnitudes, they are
/// what the terms' magnitudes add up to. Indices stay.
static std::vector<Tensor> magnitudesOf(ArrayRef<Tensor> tensors,
                                        TypeRange types) {
  std::vector<Tensor> magnitudes(tensors);
  for (auto [tensor, type] : llvm::zip_equal(magnitudes, types)) {
    if (isFloat(type)) {
      for (double &value : tensor.data) {
        value = std::fabs(value);
      }
    }
  }
  return magnitudes;
}

LogicalResult perturbSums(InterpretableOpInterface op,
                          ArrayRef<Tensor> operands,
                          MutableArrayRef<Tensor> results) {
  if (!sumsElements(op)) {
    return success();
  }
  std::vector<Tensor> terms = zeroResultsOf(op);
  if (failed(
          op.evaluate(magnitudesOf(operands, op->getOperandTypes()), terms))) {
    return failure();
  }
  for (auto [result, sums] : llvm::zip_equal(results, terms)) {
    for (auto [value, sum] : llvm::zip_equal(result.data, sums.data)) {
      value -=
          std::copysign(sum * std::numeric_limits<double>::epsilon(), value);
    }
  }
  return success();
}

} // namespace sft::reference
