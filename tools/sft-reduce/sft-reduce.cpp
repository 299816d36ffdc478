//===- sft-reduce.cpp - The smallest program that still shows a fault -----===//
#include "dialects/sft/Sft.h"
#include "passes/Phases.h"

#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<sft::SftDialect>();
  sft::registerPasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
