#include "dialects/plan/Plan.h"

#include "mlir/IR/DialectImplementation.h"

using namespace mlir;

#include "dialects/plan/Dialect.cpp.inc"
#include "dialects/plan/Enums.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/plan/Plan.cpp.inc"

namespace sft::plan {

void PlanDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/plan/Plan.cpp.inc"
      >();
}

LogicalResult BufferOp::verify() {
  if (getOffset() < 0 || getOffset() % 64 != 0) {
    return emitOpError() << "offset " << getOffset()
                         << " is not a multiple of 64";
  }
  return success();
}

LogicalResult LaunchOp::verify() {
  if (getAccess().size() != getArgs().size()) {
    return emitOpError("needs one access for each argument");
  }
  return success();
}

} // namespace sft::plan
