#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Sparse.cpp.inc"

namespace sft {

void registerSparseOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Sparse.cpp.inc"
      >();
}

} // namespace sft
