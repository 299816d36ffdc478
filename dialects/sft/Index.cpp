#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Index.cpp.inc"

namespace sft {

void registerIndexOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Index.cpp.inc"
      >();
}

} // namespace sft
