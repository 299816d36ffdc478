#include "dialects/reference/Machine.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace sft::reference {

Tensor zeroOf(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    Tensor tensor;
    tensor.shape = csr.getShape();
    tensor.rowOffsets.assign(size_t(csr.getRows() + 1), 0);
    return tensor;
  }
  return Tensor(cast<RankedTensorType>(type).getShape());
}

std::vector<Tensor> zeroResultsOf(Operation *op) {
  std::vector<Tensor> tensors;
  for (Type type : op->getResultTypes()) {
    tensors.push_back(zeroOf(type));
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Why `tensor` cannot be a value of `type`, or "".
static std::string mismatch(const Tensor &tensor, Type type) {
  if (tensor.shape != zeroOf(type).shape) {
    return "has another shape";
  }
  auto csr = dyn_cast<CsrType>(type);
  if (!csr) {
    return int64_t(tensor.data.size()) == tensor.size()
               ? ""
               : "has more or fewer elements than its shape";
  }
  if (int64_t(tensor.rowOffsets.size()) != csr.getRows() + 1 ||
      tensor.columns.size() != tensor.data.size() ||
      size_t(tensor.rowOffsets.back()) != tensor.data.size()) {
    return "is not a well-formed batch of sparse rows";
  }
  return int64_t(tensor.data.size()) <= csr.getCapacity()
             ? ""
             : "stores more values than the type's capacity";
}

static double roundTo(double value, const llvm::fltSemantics &semantics) {
  bool losesInfo;
  APFloat rounded(value);
  rounded.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  rounded.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.convertToDouble();
}

static void roundToElement(Tensor &tensor, Type type) {
  auto csr = dyn_cast<CsrType>(type);
  Type element = csr ? csr.getElementType() : getElementTypeOrSelf(type);
  if (auto floating = dyn_cast<FloatType>(element)) {
    for (double &value : tensor.data) {
      value = roundTo(value, floating.getFloatSemantics());
    }
  }
}

LogicalResult fit(Tensor &tensor, Value value, bool roundToType) {
  if (std::string why = mismatch(tensor, value.getType()); !why.empty()) {
    return mlir::emitError(value.getLoc())
           << "a value of type " << value.getType() << " " << why;
  }
  if (roundToType) {
    roundToElement(tensor, value.getType());
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

void Machine::bind(Value value, Tensor tensor) {
  int64_t uses = std::distance(value.use_begin(), value.use_end());
  if (uses > 0) {
    values[value] = {std::move(tensor), uses};
  }
}

std::vector<Tensor> Machine::take(Operation *op) {
  std::vector<Tensor> tensors;
  for (Value operand : op->getOperands()) {
    auto bound = values.find(operand);
    if (--bound->second.usesLeft > 0) {
      tensors.push_back(bound->second.tensor);
    } else {
      tensors.push_back(std::move(bound->second.tensor));
      values.erase(bound);
    }
  }
  return tensors;
}

} // namespace sft::reference
