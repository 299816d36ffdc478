//===- Differentiate.cpp - Reverse mode, over one step --------------------===//
#include "passes/Training/Passes.h"

#include "dialects/sft/Formula.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Training/Passes.h.inc"

namespace {

/// A parameter to be trained and where the step reads it.
struct Trained {
  VariableOp variable;
  SmallVector<Value, 1> reads;
};

/// The numbered steps of the pass's documentation.
class Differentiator {
public:
  Differentiator(StepOp step, OutputOp loss, ArrayRef<Trained> trained)
      : loss(loss), builder(loss) {
    for (Operation &op : step.getBody().front()) {
      forward.push_back(&op);
    }
    for (const Trained &parameter : trained) {
      influenced.insert_range(parameter.reads);
    }
  }

  LogicalResult run() {
    markInfluenced();
    Value value = loss.getValue();
    gradients[value] = buildConstant(
        builder, loss.getLoc(), cast<RankedTensorType>(value.getType()), 1.0);
    for (Operation *op : llvm::reverse(forward)) {
      if (failed(visit(op))) {
        return failure();
      }
    }
    return success();
  }

  /// The loss's gradient by a parameter; null where it does not depend on it.
  Value gradientOf(const Trained &parameter) {
    Value sum;
    for (Value read : parameter.reads) {
      add(sum, gradients.lookup(read), read.getLoc());
    }
    return sum;
  }

private:
  bool isInfluenced(Value value) const { return influenced.contains(value); }

  void markInfluenced() {
    for (Operation *op : forward) {
      if (llvm::any_of(op->getOperands(),
                       [&](Value operand) { return isInfluenced(operand); })) {
        influenced.insert_range(op->getResults());
      }
    }
  }

  LogicalResult visit(Operation *op) {
    SmallVector<Value> results =
        llvm::map_to_vector(op->getResults(), [&](Value result) {
          return gradients.lookup(result);
        });
    bool wanted = llvm::any_of(op->getOperands(), [&](Value operand) {
      return isInfluenced(operand);
    });
    if (!wanted || llvm::none_of(results, [](Value g) { return bool(g); })) {
      return success();
    }
    auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
    if (!differentiable) {
      InFlightDiagnostic diagnostic = op->emitError() << "no gradient for '"
                                                      << op->getName() << '\'';
      diagnostic.attachNote(loss.getValue().getLoc())
          << "needed for this loss; sft.stop_gradient in front of the op keeps "
             "gradients from it";
      return diagnostic;
    }
    SmallVector<Value> operands(op->getNumOperands());
    differentiable.buildGradient(builder, results, operands);
    return accumulate(op, operands);
  }

  LogicalResult accumulate(Operation *op, ArrayRef<Value> operandGradients) {
    for (auto [operand, gradient] :
         llvm::zip_equal(op->getOperands(), operandGradients)) {
      if (!gradient || !isInfluenced(operand)) {
        continue;
      }
      if (gradient.getType() != operand.getType()) {
        return op->emitError()
               << "built a gradient of type " << gradient.getType()
               << " for an operand of type " << operand.getType();
      }
      add(gradients[operand], gradient, op->getLoc());
    }
    return success();
  }

  void add(Value &sum, Value gradient, Location loc) {
    sum = sum && gradient ? Formula{builder, loc}.add(sum, gradient)
                          : (sum ? sum : gradient);
  }

  OutputOp loss;
  OpBuilder builder;
  SmallVector<Operation *> forward;
  DenseSet<Value> influenced;
  DenseMap<Value, Value> gradients;
};

SmallVector<Trained> trainedParameters(ModuleOp module, StepOp step) {
  llvm::StringMap<SmallVector<Value, 1>> reads;
  for (auto read : step.getBody().getOps<ReadOp>()) {
    reads[read.getVariable()].push_back(read);
  }
  SmallVector<Trained> trained;
  for (auto variable : module.getOps<VariableOp>()) {
    if (variable.getKind() == VariableKind::Parameter &&
        !variable.getFrozen()) {
      trained.push_back({variable, reads.lookup(variable.getSymName())});
    }
  }
  return trained;
}

FailureOr<OutputOp> lossOf(StepOp step) {
  for (auto output : step.getBody().getOps<OutputOp>()) {
    if (output.getKind() == OutputKind::Loss) {
      return output;
    }
  }
  return step.emitOpError("has no loss to differentiate");
}

LogicalResult differentiate(ModuleOp module, StepOp step) {
  FailureOr<OutputOp> loss = lossOf(step);
  if (failed(loss)) {
    return failure();
  }
  SmallVector<Trained> trained = trainedParameters(module, step);
  Differentiator differentiator(step, *loss, trained);
  if (failed(differentiator.run())) {
    return failure();
  }
  auto builder = OpBuilder::atBlockEnd(&step.getBody().front());
  for (const Trained &parameter : trained) {
    VariableOp variable = parameter.variable;
    Value gradient = differentiator.gradientOf(parameter);
    if (!gradient) {
      return variable.emitError()
             << "the loss does not depend on the parameter \""
             << variable.getSymName() << "\"; use it or declare it `frozen`";
    }
    GradientOp::create(builder, variable.getLoc(), variable.getSymName(),
                       gradient);
  }
  return success();
}

struct DifferentiatePass : impl::DifferentiateBase<DifferentiatePass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto step : llvm::to_vector(module.getOps<StepOp>())) {
      if (step.getKind() == StepKind::Train &&
          failed(differentiate(module, step))) {
        return signalPassFailure();
      }
    }
  }
};

} // namespace
} // namespace sft
