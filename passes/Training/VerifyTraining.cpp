#include "passes/Training/Passes.h"

#include "dialects/sft/Sft.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYTRAINING
#include "passes/Training/Passes.h.inc"

namespace {

// 1. There is no sft.model.
LogicalResult verifyNoModel(ModuleOp module) {
  for (auto model : module.getOps<ModelOp>()) {
    return model.emitOpError("is left after the phase Training");
  }
  return success();
}

// 2. One initialize step, at most one of each other kind.
LogicalResult verifyKinds(ModuleOp module) {
  DenseMap<StepKind, StepOp> steps;
  for (auto step : module.getOps<StepOp>()) {
    auto [it, isNew] = steps.try_emplace(step.getKind(), step);
    if (!isNew) {
      InFlightDiagnostic diagnostic =
          step.emitOpError() << "is the second of kind `"
                             << stringifyStepKind(step.getKind()) << '`';
      diagnostic.attachNote(it->second.getLoc()) << "the first is here";
      return diagnostic;
    }
  }
  if (!steps.contains(StepKind::Initialize)) {
    return module.emitError("there is no step `initialize`");
  }
  return success();
}

// 3. Ops in steps are primitive.
LogicalResult verifyPrimitive(Operation *op) {
  if (isa<ShardingRuleOpInterface, WriteOp, OutputOp, GuardOp>(op)) {
    return success();
  }
  return op->emitOpError("is left after the phase Training; it has no sharding "
                         "rule and does not decompose");
}

// 4. Reads and writes name a variable and have its type.
LogicalResult verifyAccess(Operation *op, StringRef name, Type type,
                           const SymbolTable &symbols) {
  auto variable = symbols.lookup<VariableOp>(name);
  if (!variable) {
    return op->emitOpError() << "names @" << name << ", which is no variable";
  }
  if (variable.getType() != type) {
    InFlightDiagnostic diagnostic = op->emitOpError()
                                    << "has type " << type << ", but @" << name
                                    << " has type " << variable.getType();
    diagnostic.attachNote(variable.getLoc()) << "declared here";
    return diagnostic;
  }
  return success();
}

LogicalResult verifyOp(Operation *op, const SymbolTable &symbols) {
  if (auto read = dyn_cast<ReadOp>(op)) {
    return verifyAccess(op, read.getVariable(), read.getType(), symbols);
  }
  if (auto write = dyn_cast<WriteOp>(op)) {
    return verifyAccess(op, write.getVariable(), write.getValue().getType(),
                        symbols);
  }
  return verifyPrimitive(op);
}

// 5. `initialize` writes every variable.
LogicalResult verifyInitialized(ModuleOp module, StepOp initialize) {
  llvm::StringSet<> written;
  for (auto write : initialize.getBody().getOps<WriteOp>()) {
    written.insert(write.getVariable());
  }
  for (auto variable : module.getOps<VariableOp>()) {
    if (!written.contains(variable.getSymName())) {
      return variable.emitOpError("is not written by the step `initialize`");
    }
  }
  return success();
}

LogicalResult verifyStep(ModuleOp module, StepOp step,
                         const SymbolTable &symbols) {
  for (Operation &op : step.getBody().front()) {
    if (failed(verifyOp(&op, symbols))) {
      return failure();
    }
  }
  // 6. A train step has a guard.
  if (step.getKind() == StepKind::Train &&
      step.getBody().getOps<GuardOp>().empty()) {
    return step.emitOpError("has no sft.guard");
  }
  return step.getKind() == StepKind::Initialize
             ? verifyInitialized(module, step)
             : success();
}

LogicalResult verifyTraining(ModuleOp module) {
  if (failed(verifyNoModel(module)) || failed(verifyKinds(module))) {
    return failure();
  }
  SymbolTable symbols(module);
  for (auto step : module.getOps<StepOp>()) {
    if (failed(verifyStep(module, step, symbols))) {
      return failure();
    }
  }
  return success();
}

struct VerifyTrainingPass : impl::VerifyTrainingBase<VerifyTrainingPass> {
  void runOnOperation() override {
    if (failed(verifyTraining(getOperation()))) {
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace sft
