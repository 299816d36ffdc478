#include "dialects/sft/Formula.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Attention.cpp.inc"

namespace sft {

void registerAttentionOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Attention.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// Constraints 1 and 2.
static LogicalResult verifyOperands(StringRef opName,
                                    std::optional<Location> location,
                                    RankedTensorType q, RankedTensorType k) {
  for (RankedTensorType type : {q, k}) {
    if (type.getRank() != 4) {
      return emitOptionalError(location, opName, ": ", type,
                               " is not [batch, sequence, heads, width]; use "
                               "sft.reshape to split columns into heads");
    }
  }
  if (q.getElementType() != k.getElementType()) {
    return emitOptionalError(location, opName, ": element types of ", q,
                             " and ", k, " differ; use sft.cast");
  }
  return success();
}

/// All constraints.
static LogicalResult verifyAttention(StringRef opName,
                                     std::optional<Location> location,
                                     RankedTensorType q, RankedTensorType k,
                                     bool causal) {
  if (failed(verifyOperands(opName, location, q, k))) {
    return failure();
  }
  for (int64_t d : {0, 2, 3}) {
    if (q.getDimSize(unsigned(d)) != k.getDimSize(unsigned(d))) {
      return emitOptionalError(location, opName, ": dimension ", d, " of q ", q,
                               " and k ", k, " differs; only the sequence may");
    }
  }
  if (causal && q != k) {
    return emitOptionalError(location, opName, ": q ", q, " and k ", k,
                             " have sequences of two lengths, so that causal "
                             "has no meaning");
  }
  return success();
}

/// [batch, heads, sequence]
static RankedTensorType lseType(RankedTensorType q) {
  return q.clone({q.getDimSize(0), q.getDimSize(2), q.getDimSize(1)});
}

#define SFT_INFER_ATTENTION(OP, ...)                                           \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> location, ValueRange operands,    \
      DictionaryAttr attributes, OpaqueProperties properties,                  \
      RegionRange regions, SmallVectorImpl<Type> &types) {                     \
    Adaptor op(operands, attributes, properties, regions);                     \
    RankedTensorType q = typeOf(op.getQ()), k = typeOf(op.getK());             \
    if (failed(verifyAttention(getOperationName(), location, q, k,             \
                               op.getCausal()))) {                             \
      return failure();                                                        \
    }                                                                          \
    types.append({__VA_ARGS__});                                               \
    return success();                                                          \
  }

SFT_INFER_ATTENTION(AttentionOp, q)
SFT_INFER_ATTENTION(AttentionForwardOp, q, lseType(q))
SFT_INFER_ATTENTION(AttentionBackwardOp, q, k, k)

//===----------------------------------------------------------------------===//
// sft.attention: made of its two primitives
//===----------------------------------------------------------------------===//

static double scaleOf(AttentionOp op) {
  double width = double(typeOf(op.getQ()).getShape().back());
  return op.getScale() ? op.getScale()->convertToDouble()
                       : 1 / std::sqrt(width);
}

static AttentionForwardOp buildForward(OpBuilder &builder, AttentionOp op) {
  return AttentionForwardOp::create(
      builder, op.getLoc(), op.getQ(), op.getK(), op.getV(),
      builder.getF64FloatAttr(scaleOf(op)), op.getCausalAttr());
}

SmallVector<Value> AttentionOp::decompose(OpBuilder &builder) {
  return {buildForward(builder, *this).getY()};
}

// The forward op is the one that decomposition makes: they merge.
void AttentionOp::buildGradient(OpBuilder &builder, ArrayRef<Value> gradients,
                                SmallVectorImpl<Value> &operandGradients) {
  AttentionForwardOp forward = buildForward(builder, *this);
  auto backward = AttentionBackwardOp::create(
      builder, getLoc(), getQ(), getK(), getV(), forward.getY(),
      forward.getLse(), gradients[0], forward.getScaleAttr(), getCausalAttr());
  operandGradients.assign(backward->result_begin(), backward->result_end());
}

//===----------------------------------------------------------------------===//
// Factors: batch and heads are independent; a row needs its whole sequence and
// width
//===----------------------------------------------------------------------===//

namespace {

struct AttentionFactors {
  FactorRule rule;
  FactorRule::Dims q, k, lse;

  AttentionFactors(RankedTensorType qType, RankedTensorType kType) {
    auto whole = [&](int64_t size) {
      return rule.addFactor(size, FactorKind::Replicated);
    };
    ArrayRef<int64_t> shape = qType.getShape();
    unsigned batch = rule.addFactor(shape[0]), rows = whole(shape[1]);
    unsigned heads = rule.addFactor(shape[2]), width = whole(shape[3]);
    unsigned keys = whole(kType.getDimSize(1));
    q = {{batch}, {rows}, {heads}, {width}};
    k = {{batch}, {keys}, {heads}, {width}};
    lse = {{batch}, {heads}, {rows}};
  }
};

} // namespace

FactorRule AttentionForwardOp::getFactorRule() {
  AttentionFactors f(getQ().getType(), getK().getType());
  f.rule.operands = {f.q, f.k, f.k};
  f.rule.results = {f.q, f.lse};
  f.rule.linearIn.assign(3, false);
  return f.rule;
}

FactorRule AttentionBackwardOp::getFactorRule() {
  AttentionFactors f(getQ().getType(), getK().getType());
  f.rule.operands = {f.q, f.k, f.k, f.q, f.lse, f.q};
  f.rule.results = {f.q, f.k, f.k};
  f.rule.linearIn.assign(6, false);
  return f.rule;
}

} // namespace sft
