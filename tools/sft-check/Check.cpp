#include "Check.h"

#include "Batch.h"
#include "Gradients.h"
#include "Locate.h"

#include "llvm/Support/Format.h"

using namespace mlir;

namespace sft {

using namespace reference;

namespace {

class Checker {
public:
  Checker(ModuleOp module, ModelOp model, const CheckOptions &options)
      : module(module), model(model), options(options) {}

  LogicalResult run();
  void print(raw_ostream &os) const;

private:
  CompilerOptions asWritten() const;
  LogicalResult compile();
  /// What there is at the start of a step.
  Scene sceneOf(StepKind kind, int64_t number);
  LogicalResult step(StepKind kind, int64_t number);
  /// Both programs from the same state.
  LogicalResult runBoth(const Scene &scene, Program &whole, Program &parts);
  LogicalResult compareGradients();
  LogicalResult compareOutputs(const Scene &scene, Program &whole,
                               Program &parts);
  LogicalResult compareVariables(const Scene &scene);
  LogicalResult compare(const Scene &scene, const Twine &what,
                        ArrayRef<Tensor> byRank, const Tensor &expected,
                        ShardingAttr sharding);
  LogicalResult differs(const Scene &scene, StringRef what,
                        const Difference &difference);
  /// "train step 2".
  static std::string nameOf(const Scene &scene);

  ModuleOp module;
  ModelOp model;
  const CheckOptions &options;
  std::optional<Program> whole, parts;
  /// Largest relative difference of each quantity over all steps.
  std::map<std::string, double> quantities;
};

} // namespace

/// The whole is the model as written: what a user inserts is on trial.
CompilerOptions Checker::asWritten() const {
  CompilerOptions compiler = options.compiler;
  compiler.insertedPasses.clear();
  return compiler;
}

LogicalResult Checker::compile() {
  FailureOr<Program> one =
      Program::compile(module, {Phase::Training}, asWritten());
  if (failed(one)) {
    return failure();
  }
  FailureOr<Program> many =
      Program::compile(module, kPartitioned, options.compiler);
  if (failed(many)) {
    return failure();
  }
  whole = std::move(*one);
  parts = std::move(*many);
  return success();
}

LogicalResult Checker::run() {
  if (failed(compile()) || failed(step(StepKind::Initialize, 0)) ||
      failed(compareGradients())) {
    return failure();
  }
  for (int64_t number = 0; number < options.steps; ++number) {
    if (failed(step(StepKind::Train, number))) {
      return failure();
    }
  }
  return failure(failed(step(StepKind::Evaluate, options.steps)) ||
                 failed(step(StepKind::Predict, options.steps)));
}

Scene Checker::sceneOf(StepKind kind, int64_t number) {
  return {kind,
          {number, options.seed, std::nullopt},
          whole->getRanks().front().variables,
          randomBatch(model, options.seed, number)};
}

/// Of the first train step: what goes wrong later shows in the parameters.
LogicalResult Checker::compareGradients() {
  if (!whole->getStep(StepKind::Train)) {
    return success();
  }
  WithoutWarnings told(module.getContext());
  Scene scene = sceneOf(StepKind::Train, 0);
  FailureOr<Program> one = compileWithGradients(module, {}, asWritten());
  FailureOr<Program> many = compileWithGradients(
      module, {Phase::Sharding, Phase::Partition}, options.compiler);
  if (failed(one) || failed(many)) {
    return failure();
  }
  one->setVariables(scene.variables);
  many->setVariables(scene.variables);
  return failure(failed(runBoth(scene, *one, *many)) ||
                 failed(compareOutputs(scene, *one, *many)));
}

LogicalResult Checker::runBoth(const Scene &scene, Program &whole,
                               Program &parts) {
  reference::Options timed;
  timed.timing = options.timing;
  return failure(
      failed(whole.run(scene.kind, scene.batch, scene.context)) ||
      failed(parts.run(scene.kind, scene.batch, scene.context, timed)));
}

LogicalResult Checker::step(StepKind kind, int64_t number) {
  if (!whole->getStep(kind)) {
    return success();
  }
  Scene scene = sceneOf(kind, number);
  if (failed(runBoth(scene, *whole, *parts))) {
    return failure();
  }
  if (whole->getRanks()[0].stopped != parts->getRanks()[0].stopped) {
    return model.emitError()
           << nameOf(scene) << ": the guard stops only one of the programs";
  }
  return failure(failed(compareOutputs(scene, *whole, *parts)) ||
                 failed(compareVariables(scene)));
}

LogicalResult Checker::compareOutputs(const Scene &scene, Program &whole,
                                      Program &parts) {
  for (auto &[name, expected] : whole.getRanks().front().outputs) {
    std::vector<Tensor> byRank;
    for (Rank &rank : parts.getRanks()) {
      byRank.push_back(rank.outputs[name]);
    }
    if (failed(compare(scene, "output " + name, byRank, expected, nullptr))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Checker::compareVariables(const Scene &scene) {
  for (auto &[name, expected] : whole->getRanks().front().variables) {
    std::vector<Tensor> byRank;
    for (Rank &rank : parts->getRanks()) {
      byRank.push_back(rank.variables[name]);
    }
    if (failed(compare(scene, "variable " + name, byRank, expected,
                       parts->getVariableSharding(name)))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Checker::compare(const Scene &scene, const Twine &what,
                               ArrayRef<Tensor> byRank, const Tensor &expected,
                               ShardingAttr sharding) {
  Difference difference =
      compareShards(byRank, expected, sharding, parts->getMesh());
  double &largest =
      quantities[(stringifyStepKind(scene.kind) + " " + what).str()];
  largest = std::max(largest, difference.relative);
  return difference.relative > options.tolerance
             ? differs(scene, what.str(), difference)
             : success();
}

std::string Checker::nameOf(const Scene &scene) {
  return (stringifyStepKind(scene.kind) + " step " + Twine(scene.context.step))
      .str();
}

LogicalResult Checker::differs(const Scene &scene, StringRef what,
                               const Difference &difference) {
  InFlightDiagnostic error = model.emitError();
  error << nameOf(scene) << ", " << what << " differs: " << difference;
  if (std::optional<Culprit> culprit =
          locate(module, scene, options.compiler, options.tolerance)) {
    error.attachNote(culprit->loc)
        << "first value that differs is the result "
           "of "
        << culprit->op << ": " << culprit->difference;
  } else {
    error.attachNote() << "every op that partitioning keeps agrees: look at "
                          "what it inserts or rewrites";
  }
  return error;
}

void Checker::print(raw_ostream &os) const {
  for (auto &[what, relative] : quantities) {
    os << llvm::format("%-48s %.1e\n", what.c_str(), relative);
  }
}

LogicalResult check(ModuleOp module, const CheckOptions &options,
                    raw_ostream &report) {
  auto models = llvm::to_vector(module.getOps<ModelOp>());
  if (models.size() != 1) {
    return module.emitError()
           << "a file has one sft.model; this one has " << models.size();
  }
  Checker checker(module, models.front(), options);
  if (failed(checker.run())) {
    return failure();
  }
  checker.print(report);
  return success();
}

} // namespace sft
