#include "dialects/sft/Sft.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Shape.cpp.inc"

namespace sft {

void registerShapeOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Shape.cpp.inc"
      >();
}

} // namespace sft
