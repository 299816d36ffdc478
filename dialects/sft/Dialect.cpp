#include "dialects/sft/Sft.h"

#include "mlir/IR/DialectImplementation.h"

using namespace mlir;

#include "dialects/sft/Dialect.cpp.inc"
#include "dialects/sft/Enums.cpp.inc"

#include "dialects/sft/AttrInterfaces.cpp.inc"
#include "dialects/sft/OpInterfaces.cpp.inc"

namespace sft {

void SftDialect::initialize() {
  registerTypes();
  registerAttributes();
  registerModelOps(*this);
  registerElementwiseOps(*this);
  registerLinearOps(*this);
  registerAttentionOps(*this);
  registerReduceOps(*this);
  registerShapeOps(*this);
  registerIndexOps(*this);
  registerLossOps(*this);
  registerSparseOps(*this);
  registerShardOps(*this);
  registerCollectiveOps(*this);
  registerStepOps(*this);
  registerKernelOps(*this);
}

Operation *SftDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  auto elements = dyn_cast<DenseElementsAttr>(value);
  if (!elements || !elements.isSplat() || elements.getType() != type) {
    return nullptr;
  }
  return ConstantOp::create(builder, loc, type, elements);
}

} // namespace sft
