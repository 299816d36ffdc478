#include "dialects/sft/Components.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;

namespace sft {

SmallVector<RankedTensorType> componentsOf(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    return csr.getComponentTypes();
  }
  return {cast<RankedTensorType>(type)};
}

int64_t bytesOf(Type type) {
  int64_t bytes = 0;
  for (RankedTensorType part : componentsOf(type)) {
    bytes += part.getNumElements() *
             int64_t(llvm::divideCeil(part.getElementTypeBitWidth(), 8));
  }
  return bytes;
}

int64_t bytesOf(TypeRange types) {
  return llvm::sum_of(llvm::map_range(types, [](Type t) { return bytesOf(t); }),
                      int64_t(0));
}

int64_t messageBytes(Operation *collective) {
  return std::max(bytesOf(collective->getOperandTypes()),
                  bytesOf(collective->getResultTypes()));
}

} // namespace sft
