#include "dialects/sft/Sft.h"
#include "tools/sft-opt/TestPasses.h"

#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace sft {

namespace {

struct PrintFactorRules : PassWrapper<PrintFactorRules, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PrintFactorRules)

  StringRef getArgument() const override { return "test-print-factor-rules"; }
  StringRef getDescription() const override {
    return "Remarks the sharding rule of each op";
  }
  void runOnOperation() override {
    getOperation()->walk([](ShardingRuleOpInterface op) {
      std::string text;
      llvm::raw_string_ostream os(text);
      op.getFactorRule().print(os);
      op.emitRemark(text);
    });
  }
};

} // namespace

void registerTestPasses() { PassRegistration<PrintFactorRules>(); }

} // namespace sft
