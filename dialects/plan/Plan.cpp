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
  // A view's elements have to lie as elements do.
  int64_t unit =
      getParent()
          ? int64_t(llvm::divideCeil(cast<MemRefType>(getMemory().getType())
                                         .getElementTypeBitWidth(),
                                     8))
          : 64;
  if (offset < 0 || offset % unit != 0) {
    return emitOpError() << "offset " << offset << " is not a multiple of "
                         << unit;
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
