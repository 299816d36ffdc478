#include "Gradients.h"

using namespace mlir;

namespace sft {

std::string gradientName(StringRef parameter) {
  return ("gradient of " + parameter).str();
}

/// The optimizer marks gradients.
static void outputGradients(StepOp step) {
  for (auto shard : llvm::to_vector(step.getBody().getOps<ShardOp>())) {
    if (std::optional<StringRef> parameter = shard.getGradientOf()) {
      OpBuilder builder(shard->getContext());
      builder.setInsertionPointAfter(shard);
      OutputOp::create(builder, shard.getLoc(), OutputKind::Prediction,
                       gradientName(*parameter), shard.getY());
    }
  }
}

FailureOr<Program> compileWithGradients(ModuleOp module,
                                        ArrayRef<Phase> phasesAfterTraining,
                                        const CompilerOptions &options) {
  FailureOr<Program> trained =
      Program::compile(module, {Phase::Input, Phase::Training}, options);
  if (failed(trained)) {
    return failure();
  }
  if (StepOp step = trained->getStep(StepKind::Train)) {
    outputGradients(step);
  }
  return Program::compile(trained->getModule(), phasesAfterTraining, options);
}

} // namespace sft
