//===- ApplyOptimizer.cpp - Gradients become updates ----------------------===//
#include "passes/Training/Passes.h"

#include "dialects/sft/Formula.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_APPLYOPTIMIZER
#include "passes/Training/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

/// A gradient by what can be other than zero in it.
struct Gradient {
  VariableOp variable;
  Location loc;
  Value elements;      ///< the whole, or the rows that occurred
  Value indices;       ///< the table's rows that these are; null for the whole
  ExpandRowsOp expand; ///< how the rows become the whole, where there is need

  Gradient(GradientOp op, VariableOp variable)
      : variable(variable), loc(op.getLoc()), elements(op.getValue()),
        expand(op.getValue().getDefiningOp<ExpandRowsOp>()) {
    if (expand) {
      elements = expand.getRows();
      indices = expand.getIndices();
    }
  }

  /// For a lazy optimizer: that of a table from which sft.embedding took rows
  /// is the sums for the rows that it took. A table that its author cuts over
  /// the mesh stays as it is: no rank has all the rows.
  void takeRows(OpBuilder &builder) {
    auto sums = elements.getDefiningOp<ScatterAddOp>();
    if (!sums || variable.getShardAttr()) {
      return;
    }
    RankedTensorType table = sums.getY().getType();
    auto occurring = OccurringIndicesOp::create(
        builder, sums.getLoc(), sums.getIndices(),
        builder.getI64IntegerAttr(table.getDimSize(0)));
    indices = occurring.getIndices();
    int64_t most = occurring.getIndices().getType().getDimSize(0);
    elements = ScatterAddOp::create(
        builder, sums.getLoc(), table.clone({most, table.getDimSize(1)}),
        occurring.getPlaces(), sums.getUpdates(), Value());
  }

  Value whole(OpBuilder &builder) {
    if (!indices) {
      return elements;
    }
    return mark(builder, ExpandRowsOp::create(
                             builder, expand.getLoc(), variable.getType(),
                             expand.getSlots(), elements, expand.getIndices()));
  }

  /// The same value, by which strategies know the gradient.
  Value mark(OpBuilder &builder, Value gradient) {
    return ShardOp::create(builder, loc, gradient.getType(), gradient,
                           AnnotationAttr(),
                           FlatSymbolRefAttr::get(variable.getSymNameAttr()));
  }
};

/// The sum over all gradients of the sum over `term` of their elements, in f32.
Value sumOverGradients(OpBuilder &builder, ArrayRef<Gradient> gradients,
                       function_ref<Value(Formula, Value)> term) {
  Value total;
  for (const Gradient &gradient : gradients) {
    Formula b{builder, gradient.loc};
    Value elements = b.cast(gradient.elements, builder.getF32Type());
    Value sum = b.sum(term(b, elements));
    total = total ? b.add(total, sum) : sum;
  }
  return total;
}

Value zeroIfFinite(Formula b, Value x) { return b.mul(0.0, x); }

/// Scales the gradients to the norm `limit` at most; returns their norm.
Value clip(Formula b, MutableArrayRef<Gradient> gradients, double limit) {
  Value norm = b.sqrt(sumOverGradients(
      b.builder, gradients, [](Formula b, Value x) { return b.square(x); }));
  Value scale = b.op<MinOp>(b.div(limit, norm), b.number(norm, 1));
  for (Gradient &gradient : gradients) {
    Formula f{b.builder, gradient.loc};
    Type element = typeOf(gradient.elements).getElementType();
    gradient.elements = f.mul(f.cast(scale, element), gradient.elements);
  }
  return norm;
}

//===----------------------------------------------------------------------===//
// Updates
//===----------------------------------------------------------------------===//

/// Rewrites one train step.
class OptimizedStep {
public:
  OptimizedStep(StepOp step, StepOp initialize,
                OptimizerAttrInterface optimizer)
      : step(step), initialize(initialize), optimizer(optimizer),
        builder(OpBuilder::atBlockEnd(&step.getBody().front())) {}

  LogicalResult run(const SymbolTable &symbols) {
    if (failed(takeGradients(symbols))) {
      return failure();
    }
    buildGuard();
    buildRate();
    for (Gradient &gradient : gradients) {
      if (failed(update(symbols, gradient))) {
        return failure();
      }
    }
    for (StringRef name : {kOptimizerAttr, kScheduleAttr, kClipNormAttr}) {
      step->removeAttr(name);
    }
    return success();
  }

private:
  /// Also notes what is read, so that nothing is read twice.
  LogicalResult takeGradients(const SymbolTable &symbols) {
    for (auto read : step.getBody().getOps<ReadOp>()) {
      parameters[read.getVariable()] = read;
    }
    for (auto op : llvm::to_vector(step.getBody().getOps<GradientOp>())) {
      auto variable = symbols.lookup<VariableOp>(op.getVariable());
      if (!variable || !parameters.contains(op.getVariable())) {
        return op.emitOpError() << "is by @" << op.getVariable()
                                << ", which is not a variable that is read";
      }
      Gradient &gradient = gradients.emplace_back(op, variable);
      if (optimizer.isLazy()) {
        gradient.takeRows(builder);
      }
      if (!gradient.indices) {
        gradient.elements = gradient.mark(builder, gradient.elements);
      }
      op.erase();
    }
    if (gradients.empty()) {
      return step.emitOpError("has no sft.gradient for its optimizer");
    }
    return success();
  }

  void buildGuard() {
    Formula b{builder, step.getLoc()};
    Value finite;
    if (auto limit = step->getAttrOfType<FloatAttr>(kClipNormAttr)) {
      finite = clip(b, gradients, limit.getValueAsDouble());
    } else {
      finite = sumOverGradients(builder, gradients, zeroIfFinite);
    }
    for (auto output : step.getBody().getOps<OutputOp>()) {
      if (output.getKind() == OutputKind::Loss) {
        Value loss = b.cast(output.getValue(), builder.getF32Type());
        finite = b.add(finite, zeroIfFinite(b, loss));
      }
    }
    GuardOp::create(builder, step.getLoc(), finite);
  }

  void buildRate() {
    Formula b{builder, step.getLoc()};
    auto f32 = RankedTensorType::get({}, builder.getF32Type());
    rate = RuntimeScalarOp::create(
        builder, b.loc, f32, RuntimeScalarKind::LearningRate,
        builder.getF64FloatAttr(optimizer.getLearningRate()), IntegerAttr());
    number = RuntimeScalarOp::create(
        builder, b.loc, f32.clone(builder.getI64Type()),
        RuntimeScalarKind::Step, FloatAttr(), IntegerAttr());
    if (Attribute schedule = step->getAttr(kScheduleAttr)) {
      Value count = b.cast(number, builder.getF32Type());
      rate = cast<ScheduleAttrInterface>(schedule).buildRate(builder, b.loc,
                                                             rate, count);
    }
  }

  /// Reads, computes, writes: the parameter first, then its state.
  LogicalResult update(const SymbolTable &symbols, Gradient &gradient) {
    FailureOr<SmallVector<VariableOp>> variables = states(symbols, gradient);
    if (failed(variables)) {
      return failure();
    }
    SmallVector<Value> old = {
        parameters.lookup(gradient.variable.getSymName())};
    for (VariableOp state : *variables) {
      old.push_back(ReadOp::create(builder, gradient.loc, state.getType(),
                                   state.getSymName()));
    }
    variables->insert(variables->begin(), gradient.variable);
    bool byRows = gradient.indices && optimizer.isLazy();
    SmallVector<Value> updated =
        byRows ? updateRows(gradient, old)
               : updateTensors(gradient.loc, gradient.whole(builder), old);
    for (auto [variable, value] : llvm::zip_equal(*variables, updated)) {
      WriteOp::create(builder, gradient.loc, variable.getSymName(), value);
    }
    return success();
  }

  SmallVector<Value> updateTensors(Location loc, Value gradient,
                                   ArrayRef<Value> old) {
    return optimizer.buildUpdate(builder, loc, old[0], gradient,
                                 old.drop_front(), rate, number);
  }

  SmallVector<Value> updateRows(Gradient &gradient, ArrayRef<Value> old) {
    Value indices = gradient.indices;
    SmallVector<Value> rows;
    for (Value table : old) {
      rows.push_back(
          GatherRowsOp::create(builder, gradient.loc, table, indices));
    }
    SmallVector<Value> tables;
    for (auto [table, updated] : llvm::zip_equal(
             old, updateTensors(gradient.loc, gradient.elements, rows))) {
      tables.push_back(ScatterRowsOp::create(builder, gradient.loc, table,
                                             indices, updated));
    }
    return tables;
  }

  //===--------------------------------------------------------------------===//
  // State
  //===--------------------------------------------------------------------===//

  FailureOr<SmallVector<VariableOp>> states(const SymbolTable &symbols,
                                            Gradient &gradient) {
    SmallVector<VariableOp> variables;
    Operation *previous = gradient.variable;
    for (StringRef suffix : optimizer.getStateNames()) {
      VariableOp parameter = gradient.variable;
      std::string name = (parameter.getSymName() + "." + suffix).str();
      if (Operation *other = symbols.lookup(name)) {
        InFlightDiagnostic diagnostic = parameter.emitError()
                                        << "the optimizer's state \"" << name
                                        << "\" has the name of something else";
        diagnostic.attachNote(other->getLoc()) << "here";
        return diagnostic;
      }
      if (std::string why = invalidKeyReason(name); !why.empty()) {
        return parameter.emitError()
               << "the optimizer's state \"" << name << "\": " << why;
      }
      variables.push_back(createState(name, parameter, previous));
      previous = variables.back();
    }
    return variables;
  }

  VariableOp createState(StringRef name, VariableOp parameter,
                         Operation *previous) {
    OpBuilder outside(step.getContext());
    outside.setInsertionPointAfter(previous);
    auto state = VariableOp::create(
        outside, parameter.getLoc(), VariableKind::State, name,
        parameter.getType(), TypeAttr(), ShardingAttr(), /*frozen=*/false,
        parameter.getShardAttr());
    outside.setInsertionPointToEnd(&initialize.getBody().front());
    Value zero = buildConstant(outside, parameter.getLoc(),
                               cast<RankedTensorType>(parameter.getType()), 0);
    WriteOp::create(outside, parameter.getLoc(), name, zero);
    return state;
  }

  StepOp step, initialize;
  OptimizerAttrInterface optimizer;
  OpBuilder builder;
  SmallVector<Gradient> gradients;
  DenseMap<StringRef, Value> parameters;
  Value rate, number;
};

StepOp findStep(ModuleOp module, StepKind kind) {
  for (auto step : module.getOps<StepOp>()) {
    if (step.getKind() == kind) {
      return step;
    }
  }
  return {};
}

struct ApplyOptimizerPass : impl::ApplyOptimizerBase<ApplyOptimizerPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    StepOp train = findStep(module, StepKind::Train);
    if (!train) {
      return;
    }
    auto optimizer =
        train->getAttrOfType<OptimizerAttrInterface>(kOptimizerAttr);
    StepOp initialize = findStep(module, StepKind::Initialize);
    if (!optimizer || !initialize) {
      train.emitOpError() << "needs the attribute " << kOptimizerAttr
                          << " and a step `initialize` beside it";
      return signalPassFailure();
    }
    OptimizedStep step(train, initialize, optimizer);
    if (failed(step.run(SymbolTable(module)))) {
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace sft
