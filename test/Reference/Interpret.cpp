//===- Interpret.cpp - Prints what a step without inputs computes ---------===//
//
// sft-test-interpret FILE.mlir: a line "name: v0 v1 ..." for each output.
//
//===----------------------------------------------------------------------===//
#include "dialects/reference/Interpreter.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Format.h"

int main(int argc, char **argv) {
  mlir::MLIRContext context;
  context.loadDialect<sft::SftDialect>();
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(argc == 2 ? argv[1] : "-",
                                                      &context);
  if (!module) {
    return 1;
  }
  for (auto step : module->getOps<sft::StepOp>()) {
    sft::reference::Rank rank;
    if (failed(sft::reference::runStep(step, nullptr, rank, {}))) {
      return 1;
    }
    for (auto &[name, tensor] : rank.outputs) {
      llvm::outs() << name << ':';
      for (double value : tensor.data) {
        llvm::outs() << llvm::format(" %.17g", value);
      }
      llvm::outs() << '\n';
    }
  }
  return 0;
}
