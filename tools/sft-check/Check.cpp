#include "Check.h"

#include "Batch.h"
#include "Gradients.h"
#include "Guard.h"
#include "Locate.h"

#include "llvm/Support/Format.h"

using namespace mlir;

namespace sft {

using namespace reference;

namespace {

/// A model as written, the same with perturbed sums, and partitioned; each with
/// a state of its own.
struct Programs {
  Program whole, nearby, parts;

  static FailureOr<Programs> of(FailureOr<Program> whole,
                                FailureOr<Program> parts);
  void setVariables(const NamedTensors &variables);
  /// `timing` is of the partitioned one.
  LogicalResult run(const Scene &scene, const reference::Timing &timing);
};

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
  /// Its gradients and its guard: what goes wrong with them later shows in the
  /// parameters.
  LogicalResult checkFirstTrainStep();
  LogicalResult compareOutputs(const Scene &scene, Programs &programs);
  LogicalResult compareVariables(const Scene &scene);
  LogicalResult compare(const Scene &scene, const Twine &what,
                        ArrayRef<Tensor> byRank, const Tensor &expected,
                        const Tensor &nearby, ShardingAttr sharding);
  LogicalResult differs(const Scene &scene, StringRef what,
                        const Difference &difference);
  /// "train step 2".
  static std::string nameOf(const Scene &scene);

  ModuleOp module;
  ModelOp model;
  const CheckOptions &options;
  std::optional<Programs> programs;
  struct Quantity {
    double relative = 0;     ///< largest difference over all steps
    bool toRounding = false; ///< of its scale
  };
  std::map<std::string, Quantity> quantities;
};

} // namespace

FailureOr<Programs> Programs::of(FailureOr<Program> whole,
                                 FailureOr<Program> parts) {
  if (failed(whole) || failed(parts)) {
    return failure();
  }
  Program nearby = whole->clone();
  return Programs{std::move(*whole), std::move(nearby), std::move(*parts)};
}

void Programs::setVariables(const NamedTensors &variables) {
  for (Program *program : {&whole, &nearby, &parts}) {
    program->setVariables(variables);
  }
}

LogicalResult Programs::run(const Scene &scene,
                            const reference::Timing &timing) {
  reference::Options perturbed, timed;
  perturbed.perturbSums = true;
  timed.timing = timing;
  return failure(
      failed(whole.run(scene.kind, scene.batch, scene.context)) ||
      failed(nearby.run(scene.kind, scene.batch, scene.context, perturbed)) ||
      failed(parts.run(scene.kind, scene.batch, scene.context, timed)));
}

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
  programs = std::move(*Programs::of(std::move(one), std::move(many)));
  return success();
}

LogicalResult Checker::run() {
  if (failed(compile()) || failed(step(StepKind::Initialize, 0)) ||
      failed(checkFirstTrainStep())) {
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
          programs->whole.getRanks().front().variables,
          randomBatch(model, options.seed, number)};
}

LogicalResult Checker::checkFirstTrainStep() {
  if (!programs->whole.getStep(StepKind::Train)) {
    return success();
  }
  WithoutWarnings told(module.getContext());
  Scene scene = sceneOf(StepKind::Train, 0);
  FailureOr<Programs> handingOut = Programs::of(
      compileWithGradients(module, {}, asWritten()),
      compileWithGradients(module, {Phase::Sharding, Phase::Partition},
                           options.compiler));
  if (failed(handingOut)) {
    return failure();
  }
  handingOut->setVariables(scene.variables);
  return failure(failed(handingOut->run(scene, options.timing)) ||
                 failed(compareOutputs(scene, *handingOut)) ||
                 failed(checkGuard(module, scene, options.compiler)));
}

LogicalResult Checker::step(StepKind kind, int64_t number) {
  if (!programs->whole.getStep(kind)) {
    return success();
  }
  Scene scene = sceneOf(kind, number);
  if (failed(programs->run(scene, options.timing))) {
    return failure();
  }
  if (programs->whole.getRanks()[0].stopped !=
      programs->parts.getRanks()[0].stopped) {
    return model.emitError()
           << nameOf(scene) << ": the guard stops only one of the programs";
  }
  return failure(failed(compareOutputs(scene, *programs)) ||
                 failed(compareVariables(scene)));
}

LogicalResult Checker::compareOutputs(const Scene &scene, Programs &programs) {
  NamedTensors &nearby = programs.nearby.getRanks().front().outputs;
  for (auto &[name, expected] : programs.whole.getRanks().front().outputs) {
    std::vector<Tensor> byRank;
    for (Rank &rank : programs.parts.getRanks()) {
      byRank.push_back(rank.outputs[name]);
    }
    if (failed(compare(scene, "output " + name, byRank, expected, nearby[name],
                       nullptr))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Checker::compareVariables(const Scene &scene) {
  auto &[whole, nearby, parts] = *programs;
  for (auto &[name, expected] : whole.getRanks().front().variables) {
    std::vector<Tensor> byRank;
    for (Rank &rank : parts.getRanks()) {
      byRank.push_back(rank.variables[name]);
    }
    if (failed(compare(scene, "variable " + name, byRank, expected,
                       nearby.getRanks().front().variables[name],
                       parts.getVariableSharding(name)))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Checker::compare(const Scene &scene, const Twine &what,
                               ArrayRef<Tensor> byRank, const Tensor &expected,
                               const Tensor &nearby, ShardingAttr sharding) {
  Scale scale = scaleOf(expected, nearby);
  Difference difference = compareShards(byRank, expected, scale, sharding,
                                        programs->parts.getMesh());
  Quantity &quantity =
      quantities[(stringifyStepKind(scene.kind) + " " + what).str()];
  if (difference.relative >= quantity.relative) {
    quantity = {difference.relative, scale.isRounding()};
  }
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
                          "what it inserts or rewrites; sftc --explain lists "
                          "the collectives";
  }
  return error;
}

void Checker::print(raw_ostream &os) const {
  for (auto &[what, quantity] : quantities) {
    os << llvm::format("%-48s %.1e%s\n", what.c_str(), quantity.relative,
                       quantity.toRounding ? " (relative to rounding)" : "");
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
