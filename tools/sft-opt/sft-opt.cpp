//===- sft-opt.cpp - Every pass alone -------------------------------------===//
#include "dialects/plan/Plan.h"
#include "dialects/sft/Sft.h"
#include "passes/Phases.h"
#include "tools/sft-opt/TestPasses.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<sft::SftDialect, sft::plan::PlanDialect>();
  sft::registerPasses();
  sft::registerTestPasses();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "SFT pass driver\n", registry));
}
