#include "dialects/reference/RandomInput.h"

#include "dialects/reference/Interpreter.h"

#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;

namespace sft::reference {

using Uniform = llvm::function_ref<double()>;

static double randomFloat(const InputRange &range, Uniform uniform) {
  return range.low + (range.high - range.low) * uniform();
}

static Tensor randomDense(RankedTensorType type, const InputRange &range,
                          Uniform uniform) {
  Tensor tensor = zeroOf(type);
  Type element = type.getElementType();
  double limit = element.isInteger(1) ? 2.0 : double(range.limit);
  for (double &value : tensor.data) {
    value = isa<IntegerType>(element) ? std::floor(limit * uniform())
                                      : randomFloat(range, uniform);
  }
  return tensor;
}

/// Columns that ascend: each next one is drawn from an equal share of the row.
static void appendRow(Tensor &tensor, int64_t length, const InputRange &range,
                      Uniform uniform) {
  double share = double(tensor.shape[1]) / double(length);
  for (int64_t i = 0; i < length; ++i) {
    auto first = int64_t(double(i) * share),
         end = int64_t(double(i + 1) * share);
    tensor.columns.push_back(first + int64_t(double(end - first) * uniform()));
    tensor.data.push_back(randomFloat(range, uniform));
  }
}

static Tensor randomRows(CsrType type, const InputRange &range,
                         Uniform uniform) {
  Tensor tensor = zeroOf(type);
  int64_t longest =
      std::min(type.getCapacity() / type.getRows(), type.getColumns());
  for (int64_t row = 0; row < type.getRows(); ++row) {
    auto length = int64_t(double(longest + 1) * uniform());
    appendRow(tensor, length, range, uniform);
    tensor.rowOffsets[size_t(row) + 1] = int64_t(tensor.data.size());
  }
  return tensor;
}

Tensor randomInput(Type type, const InputRange &range, Uniform uniform) {
  auto csr = dyn_cast<CsrType>(type);
  return csr ? randomRows(csr, range, uniform)
             : randomDense(cast<RankedTensorType>(type), range, uniform);
}

} // namespace sft::reference
