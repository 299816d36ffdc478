//===- Prelu.cpp - All that the compiler asks of an op --------------------===//
#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/Formula.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"

using namespace mlir;
using sft::reference::Tensor;

#include "Dialect.h.inc"
#define GET_OP_CLASSES
#include "Prelu.h.inc"

#include "Dialect.cpp.inc"
#define GET_OP_CLASSES
#include "Prelu.cpp.inc"

namespace act {

void ActDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "Prelu.cpp.inc"
      >();
}

LogicalResult PreluOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> location,
                                        ValueRange operands, DictionaryAttr,
                                        OpaqueProperties, RegionRange,
                                        SmallVectorImpl<Type> &types) {
  return sft::inferBroadcast(getOperationName(), location, operands, types,
                             /*isPredicate=*/false);
}

// How it may be cut: as its result is, in every dimension.
sft::FactorRule PreluOp::getFactorRule() {
  return sft::broadcastRule(*this, sft::Linearity::None);
}

// Its gradient, made of sft ops. That of the slope is summed over the rows, so
// partitioning makes it an all_reduce without a word here.
void PreluOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                            SmallVectorImpl<Value> &operandGradients) {
  sft::Formula f{builder, getLoc()};
  Value g = gradients[0];
  Value zero = f.number(getX(), 0.0);
  Value isPositive = f.compare(sft::CompareKind::Gt, getX(), zero);
  Value byX = f.select(isPositive, g, f.mul(g, getSlope()));
  Value bySlope = f.select(isPositive, zero, f.mul(g, getX()));
  operandGradients[0] = f.sumLike(byX, getX());
  operandGradients[1] = f.sumLike(bySlope, getSlope());
}

// Its lowering: one element, fused with whatever stands around it.
SmallVector<int64_t> PreluOp::getLoopBounds() { return sft::shapeOf(getY()); }

AffineMap PreluOp::getOperandMap(unsigned i) {
  return sft::broadcastMap(getOperand(i), getY());
}

Value PreluOp::buildBody(OpBuilder &builder, Location loc,
                         ArrayRef<Value> operands, ArrayRef<Value>) {
  Value x = operands[0];
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(x.getType()));
  Value isPositive =
      arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, x, zero);
  Value scaled = arith::MulFOp::create(builder, loc, x, operands[1],
                                       sft::fastMathFlags(builder));
  return arith::SelectOp::create(builder, loc, isPositive, x, scaled);
}

// What it means, for sft-check: plain, in double precision.
LogicalResult PreluOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  sft::reference::evaluateElementwise(operands, results[0],
                                      [](ArrayRef<double> v) {
                                        auto [x, slope] = std::pair(v[0], v[1]);
                                        return x > 0 ? x : slope * x;
                                      });
  return success();
}

} // namespace act

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "act", "1", [](DialectRegistry *registry) {
            registry->insert<act::ActDialect>();
          }};
}
