//===- PadDimensions.cpp - Dimensions get a size that divides -------------===//
//
// Ops are visited in order; each is made over padded shapes in place.
//
// 1. An operand that is padded where the op needs it as written is sliced.
// 2. What the op reduces must not see places that do not count: there stands
//    the reduction's identity, put there by a select unless it is known.
// 3. Results that the op makes as written, and others want padded, are padded.
//
// Of each value it is known along which dimensions those places are zero: after
// a select, in what is loaded or kept (both begin so, and writes see to it),
// and in what an op makes that is linear in such a value.
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Formula.h"
#include "passes/Sharding/Annotations.h"
#include "passes/Sharding/PaddedSizes.h"
#include "passes/Sharding/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_PADDIMENSIONS
#include "passes/Sharding/Passes.h.inc"

namespace {

/// What changes nothing in a reduction: zero, or what no element is above
/// (below).
TypedAttr identityOf(ReduceKind kind, Type element) {
  Builder builder(element.getContext());
  if (kind == ReduceKind::Sum) {
    return builder.getZeroAttr(element);
  }
  bool isMax = kind == ReduceKind::Max;
  if (auto real = dyn_cast<FloatType>(element)) {
    return builder.getFloatAttr(
        element, APFloat::getInf(real.getFloatSemantics(), /*Negative=*/isMax));
  }
  unsigned width = element.getIntOrFloatBitWidth();
  return builder.getIntegerAttr(element, isMax
                                             ? APInt::getSignedMinValue(width)
                                             : APInt::getSignedMaxValue(width));
}

class StepPadder {
public:
  StepPadder(StepOp step, const PaddedSizes &sizes, const SymbolTable &symbols)
      : step(step), sizes(sizes), symbols(symbols), builder(step) {}

  void run() {
    builder.setInsertionPointToStart(&step.getBody().front());
    SmallVector<Operation *> ops;
    for (Operation &op : step.getBody().front()) {
      ops.push_back(&op);
    }
    padInputs();
    for (Operation *op : ops) {
      builder.setInsertionPoint(op);
      pad(op);
    }
  }

private:
  void padInputs();
  void pad(Operation *op);
  void padWrite(WriteOp write);
  void padRuled(ShardingRuleOpInterface op);
  void padOperand(OpOperand &operand, const FactorRule &rule);
  void noteZeros(OpResult result, const FactorRule &rule);
  bool makesZeros(Operation *op, const FactorRule &rule, unsigned factor) const;
  SmallVector<int64_t> shapeFor(ArrayRef<int64_t> shape,
                                const FactorRule::Dims &dims,
                                const FactorRule &rule) const;

  Value latestOf(Value original) const;
  Value withZerosOf(Value of, Value value);
  Value sliced(Value original, ArrayRef<int64_t> shape);
  Value grown(Value value, ArrayRef<int64_t> shape);
  Value masked(Value value, size_t dim, int64_t valid, ReduceKind kind);
  Value zeroed(Value original, size_t dim);

  static const Factor &majorOf(const FactorRule::Dims &dims, size_t dim,
                               const FactorRule &rule) {
    return rule.factors[dims[dim].front()];
  }
  /// True if the visited op has a factor, or this dimension, padded.
  bool isPadded(const FactorRule &rule) const {
    return llvm::any_of(llvm::zip_equal(factors, rule.factors), [](auto pair) {
      return std::get<0>(pair) != std::get<1>(pair).size;
    });
  }
  bool isPadded(const FactorRule::Dims &dims, size_t dim,
                const FactorRule &rule) const {
    return !dims[dim].empty() &&
           factors[dims[dim].front()] != majorOf(dims, dim, rule).size;
  }

  StepOp step;
  const PaddedSizes &sizes;
  const SymbolTable &symbols;
  OpBuilder builder;
  /// Of the op that is visited, as padded.
  SmallVector<int64_t> factors;
  /// Shapes as written.
  DenseMap<Value, SmallVector<int64_t>> written;
  /// What now stands for a value of the program, in padded shape; itself
  /// where there is none.
  DenseMap<Value, Value> latest;
  DenseMap<Value, SmallVector<Value, 1>> slices;
  /// Values and dimensions with zeros where places do not count.
  DenseSet<std::pair<Value, size_t>> zeros;
};

Type withShape(Type type, ArrayRef<int64_t> shape) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    return CsrType::get(csr.getContext(), shape[0], csr.getColumns(),
                        csr.getElementType(), csr.getCapacity(),
                        csr.getBlocks());
  }
  return cast<RankedTensorType>(type).clone(shape);
}

/// The batch is padded as it is loaded; other dimensions of an input behind
/// that.
void StepPadder::padInputs() {
  SmallVector<Attribute> types, shardings;
  for (BlockArgument input : step.getBody().getArguments()) {
    types.push_back(TypeAttr::get(input.getType()));
    shardings.push_back(
        ShardingAttr::replicated(step.getContext(), rankOf(input)));
    SmallVector<int64_t> as = shapeOfType(input.getType()), loaded = as;
    SmallVector<int64_t> wanted = sizes.shapeOf(input);
    written[input] = as;
    if (!wanted.empty()) {
      loaded[0] = wanted[0];
      zeros.insert({input, 0});
    }
    input.setType(withShape(input.getType(), loaded));
    if (!isa<CsrType>(input.getType()) && loaded != wanted) {
      latest[input] = grown(input, wanted);
    }
  }
  Builder attributes(step.getContext());
  step.setGlobalTypesAttr(attributes.getArrayAttr(types));
  step.setShardingsAttr(attributes.getArrayAttr(shardings));
}

void StepPadder::pad(Operation *op) {
  for (Value result : op->getResults()) {
    written[result] = shapeOfType(result.getType());
  }
  if (auto write = dyn_cast<WriteOp>(op)) {
    return padWrite(write);
  }
  if (auto ruled = dyn_cast<ShardingRuleOpInterface>(op)) {
    return padRuled(ruled);
  }
  for (OpOperand &operand : op->getOpOperands()) {
    operand.set(sliced(operand.get(), written.lookup(operand.get())));
  }
}

/// What is kept has zeros where places do not count.
void StepPadder::padWrite(WriteOp write) {
  auto variable = symbols.lookup<VariableOp>(write.getVariable());
  Value original = write.getValue();
  for (auto [d, size] : llvm::enumerate(sizes.shapeOf(variable))) {
    if (size != written.lookup(original)[d]) {
      zeroed(original, d);
    }
  }
  write.getValueMutable().set(latestOf(original));
}

//===----------------------------------------------------------------------===//
// Ops with a rule
//===----------------------------------------------------------------------===//

/// `shape` with the dimensions that the visited op takes padded.
SmallVector<int64_t> StepPadder::shapeFor(ArrayRef<int64_t> shape,
                                          const FactorRule::Dims &dims,
                                          const FactorRule &rule) const {
  SmallVector<int64_t> result(shape);
  for (size_t d = 0; d < dims.size(); ++d) {
    if (isPadded(dims, d, rule)) {
      unsigned major = dims[d].front();
      result[d] = shape[d] / rule.factors[major].size * factors[major];
    }
  }
  return result;
}

void StepPadder::padOperand(OpOperand &operand, const FactorRule &rule) {
  Value original = operand.get();
  const auto &dims = rule.operands[operand.getOperandNumber()];
  SmallVector<int64_t> as = written.lookup(original);
  SmallVector<size_t> reduced;
  for (size_t d = 0; d < dims.size(); ++d) {
    if (isPadded(dims, d, rule) &&
        majorOf(dims, d, rule).kind == FactorKind::Reduction) {
      reduced.push_back(d);
    }
  }
  for (size_t d : reduced) {
    if (majorOf(dims, d, rule).reduce == ReduceKind::Sum) {
      zeroed(original, d);
    }
  }
  Value now = sliced(original, shapeFor(as, dims, rule));
  for (size_t d : reduced) {
    ReduceKind kind = majorOf(dims, d, rule).reduce;
    if (kind != ReduceKind::Sum) {
      now = masked(now, d, as[d], kind);
    }
  }
  operand.set(now);
}

void StepPadder::padRuled(ShardingRuleOpInterface op) {
  // As written: its operands may be padded already.
  const FactorRule &rule = sizes.ruleOf(op);
  factors = sizes.factorsOf(op);
  for (OpOperand &operand : op->getOpOperands()) {
    padOperand(operand, rule);
  }
  for (auto [result, dims] : llvm::zip_equal(op->getResults(), rule.results)) {
    SmallVector<int64_t> shape = shapeFor(written.lookup(result), dims, rule);
    result.setType(withShape(result.getType(), shape));
    noteZeros(result, rule);
  }
  if (isPadded(rule)) {
    SmallVector<Value> offsets(rule.factors.size());
    op.localize(builder, offsets, written.lookup(op->getResult(0)));
  }
  builder.setInsertionPointAfter(op);
  for (Value result : op->getResults()) {
    SmallVector<int64_t> shape = sizes.shapeOf(result);
    if (shape != shapeOfType(result.getType())) {
      latest[result] = grown(result, shape);
    }
  }
}

/// Along which dimensions a result is zero where places do not count.
void StepPadder::noteZeros(OpResult result, const FactorRule &rule) {
  const auto &dims = rule.results[result.getResultNumber()];
  for (size_t d = 0; d < dims.size(); ++d) {
    if (isPadded(dims, d, rule) &&
        makesZeros(result.getOwner(), rule, dims[d].front())) {
      zeros.insert({result, d});
    }
  }
}

/// Where an operand that the op is linear in is zero along a factor, the
/// results are, unless another one has any value there: zero times infinity is
/// none.
bool StepPadder::makesZeros(Operation *op, const FactorRule &rule,
                            unsigned factor) const {
  if (isa<ReadOp>(op)) {
    return true;
  }
  bool isLinear = rule.jointlyLinear;
  for (auto [i, dims] : llvm::enumerate(rule.operands)) {
    const auto *dim = llvm::find_if(dims, [&](const auto &list) {
      return !list.empty() && list.front() == factor;
    });
    bool isLinearIn = i < rule.linearIn.size() && rule.linearIn[i];
    if (dim == dims.end()) {
      // What repeats is added to zeros, or multiplies them.
      if (rule.jointlyLinear) {
        return false;
      }
      continue;
    }
    Value operand = op->getOperand(unsigned(i));
    if (!(rule.jointlyLinear || isLinearIn) ||
        !zeros.contains({operand, size_t(dim - dims.begin())})) {
      return false;
    }
    isLinear = true;
  }
  return isLinear;
}

//===----------------------------------------------------------------------===//
// Values in another shape
//===----------------------------------------------------------------------===//

Value StepPadder::latestOf(Value original) const {
  Value now = latest.lookup(original);
  return now ? now : original;
}

/// `value` is `of` but for dimensions of another size.
Value StepPadder::withZerosOf(Value of, Value value) {
  SmallVector<int64_t> from = shapeOfType(of.getType());
  SmallVector<int64_t> to = shapeOfType(value.getType());
  for (size_t d = 0; d < from.size(); ++d) {
    if (from[d] == to[d] && zeros.contains({of, d})) {
      zeros.insert({value, d});
    }
  }
  return value;
}

/// What stands for a value, with these of its dimensions as written.
Value StepPadder::sliced(Value original, ArrayRef<int64_t> shape) {
  Value now = latestOf(original);
  if (ArrayRef(shapeOfType(now.getType())) == shape) {
    return now;
  }
  for (Value slice : slices[original]) {
    if (ArrayRef(shapeOfType(slice.getType())) == shape) {
      return slice;
    }
  }
  SmallVector<int64_t> offsets(shape.size(), 0);
  Value slice =
      SliceOp::create(builder, original.getLoc(), now, offsets, shape);
  slices[original].push_back(slice);
  return withZerosOf(now, slice);
}

/// With zeros behind.
Value StepPadder::grown(Value value, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> low(shape.size(), 0), high(shape);
  for (auto [more, size] :
       llvm::zip_equal(high, shapeOfType(value.getType()))) {
    more -= size;
  }
  Value more = PadOp::create(builder, value.getLoc(), value, low, high);
  for (auto [d, size] : llvm::enumerate(high)) {
    if (size > 0) {
      zeros.insert({more, d});
    }
  }
  return withZerosOf(value, more);
}

/// With the identity of a reduction from place `valid` on.
Value StepPadder::masked(Value value, size_t dim, int64_t valid,
                         ReduceKind kind) {
  Formula f{builder, value.getLoc()};
  auto type = cast<RankedTensorType>(value.getType());
  Value place =
      f.op<IotaOp>(type.clone(builder.getI64Type()), Value(), int64_t(dim));
  Value counts =
      f.compare(CompareKind::Lt, place, f.number(place, double(valid)));
  auto scalar = RankedTensorType::get({}, type.getElementType());
  Value identity = f.op<ConstantOp>(DenseElementsAttr::get(
      scalar, Attribute(identityOf(kind, type.getElementType()))));
  return f.select(counts, value, identity);
}

/// With zeros along `dim`; for all that use the value from here on.
Value StepPadder::zeroed(Value original, size_t dim) {
  Value now = latestOf(original);
  if (!zeros.contains({now, dim})) {
    Value zero =
        masked(now, dim, written.lookup(original)[dim], ReduceKind::Sum);
    withZerosOf(now, zero);
    zeros.insert({zero, dim});
    latest[original] = now = zero;
    slices.erase(original);
  }
  return now;
}

struct PadDimensions : impl::PadDimensionsBase<PadDimensions> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    PaddedSizes sizes(module, meshOf(module));
    if (sizes.isEmpty()) {
      return;
    }
    if (failed(reportPadding(module, sizes))) {
      return signalPassFailure();
    }
    SymbolTable symbols(module);
    for (auto step : module.getOps<StepOp>()) {
      StepPadder(step, sizes, symbols).run();
    }
    for (auto variable : module.getOps<VariableOp>()) {
      Type type = variable.getType();
      SmallVector<int64_t> shape = sizes.shapeOf(variable);
      if (shape != shapeOfType(type)) {
        variable.setGlobalType(type);
        variable.setType(withShape(type, shape));
      }
    }
  }
};

} // namespace
} // namespace sft
