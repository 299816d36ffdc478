//===- ModelTextFuzzer.cpp - Text to the phases that follow ---------------===//
#include "dialects/sft/Sft.h"
#include "passes/Phases.h"
#include "tools/common/InputLimits.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

/// All phases that transform; code generation takes too long here.
static void runPhases(mlir::ModuleOp module) {
  sft::CompilerOptions options;
  options.mesh = {{"data", 2}};
  mlir::PassManager pm(module.getContext());
  for (sft::Phase phase : {sft::Phase::Training, sft::Phase::Sharding,
                           sft::Phase::Partition, sft::Phase::Pipeline}) {
    sft::buildPhase(pm, phase, options);
  }
  (void)pm.run(module);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A copy that ends in NUL, as the buffers of files do: MLIR's lexer reads it.
  std::string text(reinterpret_cast<const char *>(data), size);
  if (llvm::Error error = sft::checkModelText("fuzz", text)) {
    llvm::consumeError(std::move(error));
    return 0;
  }
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<sft::SftDialect>();
  mlir::ScopedDiagnosticHandler quiet(
      &context, [](mlir::Diagnostic &) { return mlir::success(); });
  if (auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context)) {
    runPhases(*module);
  }
  return 0;
}
