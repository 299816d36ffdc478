#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Reduce.cpp.inc"

namespace sft {

void registerReduceOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Reduce.cpp.inc"
      >();
}

} // namespace sft
