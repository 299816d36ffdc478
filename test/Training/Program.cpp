#include "Program.h"

#include "passes/Phases.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace sft {

static void registerOnce() {
  static bool done = [] {
    registerPasses();
    registerTransformsPasses();
    return true;
  }();
  (void)done;
}

Program::Program(StringRef text, StringRef passes) {
  registerOnce();
  context.loadDialect<SftDialect>();
  module = parseSourceString<ModuleOp>(text, &context);
  PassManager manager(&context);
  bool worked = module && succeeded(parsePassPipeline(passes, manager)) &&
                succeeded(manager.run(*module));
  EXPECT_TRUE(worked) << text.str();
}

void Program::run(StringRef name, std::vector<reference::Tensor> inputs) {
  auto op = module->lookupSymbol<StepOp>(name);
  ASSERT_TRUE(op) << name.str();
  rank.inputs = std::move(inputs);
  rank.outputs.clear();
  reference::StepContext now{step, seed, std::nullopt};
  ASSERT_TRUE(succeeded(reference::runStep(op, MeshAttr(), rank, now)));
  step += op.getKind() == StepKind::Train;
}

const reference::Tensor &Program::operator[](StringRef name) const {
  auto variable = rank.variables.find(name);
  return variable != rank.variables.end() ? variable->second
                                          : rank.outputs.find(name)->second;
}

} // namespace sft
