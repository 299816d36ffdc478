//===- IndexSharding.cpp - Factor rules of rows, positions, random numbers ===//
#include "dialects/sft/Broadcasting.h"

using namespace mlir;

namespace sft {

/// One factor for each dimension of `value`.
static FactorRule::Dims addFactors(FactorRule &rule, Value value,
                                   FactorKind kind, ReduceKind reduce = {}) {
  FactorRule::Dims dims;
  for (int64_t size : shapeOf(value)) {
    dims.push_back({rule.addFactor(size, kind, reduce)});
  }
  return dims;
}

static FactorRule::Dims followedBy(FactorRule::Dims dims, unsigned factor) {
  dims.push_back({factor});
  return dims;
}

FactorRule EmbeddingOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getTable())[0], FactorKind::Reduction,
                                ReduceKind::Sum);
  unsigned column = rule.addFactor(shapeOf(getTable())[1]);
  auto indices = addFactors(rule, getIndices(), FactorKind::Parallel);
  rule.operands = {{{row}, {column}}, indices};
  rule.results = {followedBy(indices, column)};
  rule.linearIn = {true, false};
  return rule;
}

/// Factor 0 is the table's rows.
void EmbeddingOp::localize(OpBuilder &, ArrayRef<Value> offsets,
                           ArrayRef<int64_t>) {
  if (offsets[0]) {
    getOffsetMutable().assign(offsets[0]);
  }
}

FactorRule ScatterAddOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getY())[0]);
  unsigned column = rule.addFactor(shapeOf(getY())[1]);
  auto indices =
      addFactors(rule, getIndices(), FactorKind::Reduction, ReduceKind::Sum);
  rule.operands = {indices, followedBy(indices, column)};
  rule.results = {{{row}, {column}}};
  rule.linearIn = {false, true};
  return rule;
}

/// Factor 0 is the result's rows.
void ScatterAddOp::localize(OpBuilder &, ArrayRef<Value> offsets,
                            ArrayRef<int64_t>) {
  if (offsets[0]) {
    getOffsetMutable().assign(offsets[0]);
  }
}

FactorRule GatherRowsOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getTable())[0], FactorKind::Replicated);
  unsigned column = rule.addFactor(shapeOf(getTable())[1]);
  auto indices = addFactors(rule, getIndices(), FactorKind::Replicated);
  rule.operands = {{{row}, {column}}, indices};
  rule.results = {followedBy(indices, column)};
  rule.linearIn = {true, false};
  return rule;
}

FactorRule ScatterRowsOp::getFactorRule() {
  FactorRule rule;
  unsigned row = rule.addFactor(shapeOf(getTable())[0], FactorKind::Replicated);
  unsigned column = rule.addFactor(shapeOf(getTable())[1]);
  auto indices = addFactors(rule, getIndices(), FactorKind::Replicated);
  rule.operands = {{{row}, {column}}, indices, followedBy(indices, column)};
  rule.results = {{{row}, {column}}};
  return rule;
}

FactorRule ExpandRowsOp::getFactorRule() {
  FactorRule rule;
  auto slots = addFactors(rule, getSlots(), FactorKind::Parallel);
  auto indices = addFactors(rule, getIndices(), FactorKind::Replicated);
  unsigned column = rule.addFactor(shapeOf(getRows())[1]);
  rule.operands = {slots, followedBy(indices, column), indices};
  rule.results = {followedBy(slots, column)};
  rule.linearIn = {false, true, false};
  return rule;
}

/// Indices are replicated, not reduced, as by sft.occurring_rows.
FactorRule OccurringIndicesOp::getFactorRule() {
  FactorRule rule;
  auto x = addFactors(rule, getX(), FactorKind::Replicated);
  auto indices = addFactors(rule, getIndices(), FactorKind::Replicated);
  auto slots = addFactors(rule, getSlots(), FactorKind::Replicated);
  rule.operands = {x};
  rule.results = {indices, slots, x};
  return rule;
}

/// Each dimension by itself, as the factor of its number; the operands are
/// scalars.
static FactorRule positionRule(Operation *op) {
  FactorRule rule;
  rule.operands.resize(op->getNumOperands());
  rule.results = {addFactors(rule, op->getResult(0), FactorKind::Parallel)};
  return rule;
}

FactorRule IotaOp::getFactorRule() { return positionRule(*this); }
FactorRule RandomUniformOp::getFactorRule() { return positionRule(*this); }

void IotaOp::localize(OpBuilder &, ArrayRef<Value> offsets, ArrayRef<int64_t>) {
  if (Value offset = offsets[getAxis()]) {
    getOffsetMutable().assign(offset);
  }
}

void RandomUniformOp::localize(OpBuilder &builder, ArrayRef<Value> offsets,
                               ArrayRef<int64_t> globalShape) {
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  SmallVector<Value> all(offsets);
  for (Value &offset : all) {
    offset = offset ? offset : buildConstant(builder, getLoc(), i64, 0);
  }
  getOffsetsMutable().assign(all);
  if (!getGlobalShape()) { // a padded one stays that of the model
    setGlobalShape(globalShape);
  }
}

} // namespace sft
