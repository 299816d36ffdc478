//===- sftc.cpp - The SFT compiler ----------------------------------------===//
#include "tools/sftc/Driver.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  std::optional<sft::DriverOptions> options = sft::parseCommandLine(argc, argv);
  return options && sft::compile(*options) ? 0 : 1;
}
