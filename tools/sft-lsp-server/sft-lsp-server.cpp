//===- sft-lsp-server.cpp - Model files in an editor ----------------------===//
#include "dialects/sft/Sft.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<sft::SftDialect>();
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
