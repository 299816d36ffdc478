//===- LowerModel.cpp - A model as variables and steps --------------------===//
#include "passes/Training/Passes.h"

#include "dialects/sft/Formula.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_LOWERMODEL
#include "passes/Training/Passes.h.inc"

namespace {

//===----------------------------------------------------------------------===//
// What a program must be
//===----------------------------------------------------------------------===//

FailureOr<ModelOp> findModel(ModuleOp module) {
  auto models = llvm::to_vector(module.getOps<ModelOp>());
  if (models.empty()) {
    return module.emitError(
        "no sft.model found; a model file has one `sft.model @name(...)`");
  }
  if (models.size() > 1) {
    InFlightDiagnostic diagnostic =
        models[1].emitOpError("is the second model; a model file has one");
    diagnostic.attachNote(models[0].getLoc()) << "the first is here";
    return diagnostic;
  }
  return models[0];
}

YieldOp yieldOf(ModelOp model) {
  return cast<YieldOp>(model.getBody().front().getTerminator());
}

LogicalResult checkParameter(ParameterOp parameter) {
  if (symbolizeStepKind(parameter.getName())) {
    return parameter.emitOpError()
           << '"' << parameter.getName()
           << "\" is the name of a step; choose another";
  }
  if (parameter->use_empty()) {
    return parameter.emitOpError()
           << '"' << parameter.getName() << "\" is not used; remove it";
  }
  return success();
}

LogicalResult checkYield(ModelOp model) {
  YieldOp yield = yieldOf(model);
  if (!yield.getLoss() && yield.getOutputs().empty()) {
    return yield.emitOpError("has neither a loss nor outputs");
  }
  if (yield.getLoss() && !model.getOptimizer()) {
    return model.emitOpError("has a loss but no optimizer; write `optimizer = "
                             "#sft.adam<lr = 1.0e-3>` behind the inputs");
  }
  if (!yield.getLoss() && model.getOptimizer()) {
    return yield.emitOpError("has no loss for the model's optimizer");
  }
  for (StringRef name : yield.getOutputNames().getAsValueRange<StringAttr>()) {
    if (yield.getLoss() && name == "loss") {
      return yield.emitOpError(
          "has an output \"loss\"; the loss goes by this name already");
    }
  }
  return success();
}

LogicalResult checkModel(ModelOp model) {
  auto parameters = model.getBody().getOps<ParameterOp>();
  for (ParameterOp parameter : parameters) {
    if (failed(checkParameter(parameter))) {
      return failure();
    }
  }
  if (failed(checkYield(model))) {
    return failure();
  }
  if (yieldOf(model).getLoss() && parameters.empty()) {
    return model.emitOpError("has a loss, but no sft.parameter");
  }
  bool isTrained = llvm::any_of(
      parameters, [](ParameterOp parameter) { return !parameter.getFrozen(); });
  if (yieldOf(model).getLoss() && !isTrained) {
    return model.emitOpError("has a loss, but all its parameters are frozen");
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

struct Output {
  OutputKind kind;
  StringRef name;
  Value value;
};

/// Predictions in predict steps; loss and metrics in others.
SmallVector<Output> outputsOf(YieldOp yield, StepKind kind) {
  SmallVector<Output> outputs;
  bool predicts = kind == StepKind::Predict;
  if (!predicts && yield.getLoss()) {
    outputs.push_back({OutputKind::Loss, "loss", yield.getLoss()});
  }
  for (auto [name, value] :
       llvm::zip_equal(yield.getOutputNames().getAsValueRange<StringAttr>(),
                       yield.getOutputs())) {
    bool isMetric = cast<RankedTensorType>(value.getType()).getRank() == 0;
    if (isMetric != predicts) {
      outputs.push_back({isMetric ? OutputKind::Metric : OutputKind::Prediction,
                         name, value});
    }
  }
  return outputs;
}

/// The values that the outputs depend on.
DenseSet<Value> dependencies(Block &body, ArrayRef<Output> outputs) {
  DenseSet<Value> needed;
  for (const Output &output : outputs) {
    needed.insert(output.value);
  }
  for (Operation &op : llvm::reverse(body)) {
    if (llvm::any_of(op.getResults(),
                     [&](Value result) { return needed.contains(result); })) {
      needed.insert_range(op.getOperands());
    }
  }
  return needed;
}

StepOp createStep(OpBuilder &builder, Location loc, StepKind kind,
                  ArrayRef<Attribute> inputNames = {}) {
  auto step = StepOp::create(builder, loc, kind, stringifyStepKind(kind),
                             builder.getArrayAttr(inputNames), ArrayAttr(),
                             ArrayAttr(), ArrayAttr());
  step.getBody().emplaceBlock();
  return step;
}

/// Copies what the outputs need into a step.
class StepBuilder {
public:
  StepBuilder(OpBuilder &builder, ModelOp model, StepKind kind)
      : builder(builder), model(model), kind(kind),
        outputs(outputsOf(yieldOf(model), kind)),
        needed(dependencies(model.getBody().front(), outputs)) {}

  StepOp build() {
    OpBuilder::InsertionGuard guard(builder);
    StepOp step = buildInputs();
    builder.setInsertionPointToStart(&step.getBody().front());
    for (Operation &op : model.getBody().front().without_terminator()) {
      copy(op);
    }
    for (const Output &output : outputs) {
      OutputOp::create(builder, yieldOf(model).getLoc(), output.kind,
                       output.name, mapping.lookup(output.value));
    }
    return step;
  }

private:
  StepOp buildInputs() {
    SmallVector<Attribute> names;
    SmallVector<BlockArgument> inputs;
    for (auto [name, input] : llvm::zip_equal(model.getInputNames(),
                                              model.getBody().getArguments())) {
      if (needed.contains(input)) {
        names.push_back(name);
        inputs.push_back(input);
      }
    }
    StepOp step = createStep(builder, model.getLoc(), kind, names);
    for (BlockArgument input : inputs) {
      mapping.map(input,
                  step.getBody().addArgument(input.getType(), input.getLoc()));
    }
    return step;
  }

  void copy(Operation &op) {
    bool isNeeded = llvm::any_of(
        op.getResults(), [&](Value result) { return needed.contains(result); });
    if (auto dropout = dyn_cast<DropoutOp>(op)) {
      // Counted where it is not needed too: a mask belongs to the op, whatever
      // is put out besides.
      std::string stream = "dropout/" + std::to_string(dropouts++);
      if (isNeeded) {
        mapping.map(dropout.getY(), copyDropout(dropout, stream));
      }
    } else if (auto parameter = dyn_cast<ParameterOp>(op)) {
      if (isNeeded) {
        mapping.map(parameter.getResult(), copyParameter(parameter));
      }
    } else if (isNeeded) {
      builder.clone(op, mapping);
    }
  }

  Value copyParameter(ParameterOp parameter) {
    return ReadOp::create(builder, parameter.getLoc(), parameter.getType(),
                          parameter.getName());
  }

  /// x * (u >= rate ? 1 / (1 - rate) : 0) with u uniform on (0, 1). The name
  /// is none that a parameter can have, so that streams are apart.
  Value copyDropout(DropoutOp dropout, StringRef stream) {
    Value x = mapping.lookup(dropout.getX());
    double rate = dropout.getRate().convertToDouble();
    if (kind != StepKind::Train || rate == 0) {
      return x;
    }
    Formula b{builder, dropout.getLoc()};
    Value u = uniform(b, dropout.getType().clone(builder.getF32Type()), stream);
    Value keep = b.compare(CompareKind::Ge, u, b.number(u, rate));
    Value mask = b.select(keep, b.number(x, 1 / (1 - rate)), b.number(x, 0));
    return b.mul(x, mask);
  }

  Value uniform(Formula b, RankedTensorType type, StringRef stream) {
    auto scalar = RankedTensorType::get({}, builder.getI64Type());
    auto number = [&](RuntimeScalarKind kind) {
      return RuntimeScalarOp::create(builder, b.loc, scalar, kind, {}, {});
    };
    Value seed = number(RuntimeScalarKind::Seed);
    Value step = number(RuntimeScalarKind::Step);
    return RandomUniformOp::create(builder, b.loc, type, seed, step,
                                   ValueRange(), randomStream(stream),
                                   /*word=*/0, DenseI64ArrayAttr());
  }

  OpBuilder &builder;
  ModelOp model;
  StepKind kind;
  SmallVector<Output> outputs;
  DenseSet<Value> needed;
  IRMapping mapping;
  int64_t dropouts = 0;
};

void buildVariables(OpBuilder &builder, ModelOp model) {
  for (auto parameter : model.getBody().getOps<ParameterOp>()) {
    auto variable = VariableOp::create(
        builder, parameter.getLoc(), VariableKind::Parameter,
        parameter.getName(), parameter.getType(), TypeAttr(), ShardingAttr(),
        parameter.getFrozen(), parameter.getShardAttr());
    variable->setDiscardableAttrs(parameter->getDiscardableAttrDictionary());
  }
}

void buildInitialize(OpBuilder &builder, ModelOp model) {
  StepOp step = createStep(builder, model.getLoc(), StepKind::Initialize);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&step.getBody().front());
  for (auto parameter : model.getBody().getOps<ParameterOp>()) {
    auto init = cast<InitializerAttrInterface>(parameter.getInit());
    Value value = init.buildInitialValue(
        builder, parameter.getLoc(), parameter.getType(), parameter.getName());
    WriteOp::create(builder, parameter.getLoc(), parameter.getName(), value);
  }
}

void buildTrain(OpBuilder &builder, ModelOp model) {
  StepOp step = StepBuilder(builder, model, StepKind::Train).build();
  step->setAttr(kOptimizerAttr, *model.getOptimizer());
  if (model.getSchedule()) {
    step->setAttr(kScheduleAttr, *model.getSchedule());
  }
  if (FloatAttr norm = model.getClipNormAttr()) {
    step->setAttr(kClipNormAttr, norm);
  }
}

struct LowerModelPass : impl::LowerModelBase<LowerModelPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<ModelOp> model = findModel(module);
    if (failed(model) || failed(checkModel(*model))) {
      return signalPassFailure();
    }
    OpBuilder builder(*model);
    buildVariables(builder, *model);
    buildInitialize(builder, *model);
    if (yieldOf(*model).getLoss()) {
      buildTrain(builder, *model);
    }
    for (StepKind kind : {StepKind::Evaluate, StepKind::Predict}) {
      if (!outputsOf(yieldOf(*model), kind).empty()) {
        StepBuilder(builder, *model, kind).build();
      }
    }
    module.setSymName(model->getSymName());
    model->erase();
  }
};

} // namespace
} // namespace sft
