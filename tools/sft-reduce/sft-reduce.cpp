//===- sft-reduce.cpp - The smallest program that still shows a fault -----===//
#include "dialects/sft/Sft.h"
#include "passes/Phases.h"
#include "tools/sft-reduce/DropOps.h"

#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<sft::SftDialect>();
  sft::registerPasses();
  sft::registerDropOps();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
