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
  int64_t offset = getOffsetAttr().getInt();
  if (offset < 0 || offset % 64 != 0) {
    return emitOpError() << "offset " << offset << " is not a multiple of 64";
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
