#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Linear.cpp.inc"

namespace sft {

void registerLinearOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Linear.cpp.inc"
      >();
}

} // namespace sft
