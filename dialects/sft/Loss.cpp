#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Loss.cpp.inc"

namespace sft {

void registerLossOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Loss.cpp.inc"
      >();
}

} // namespace sft
