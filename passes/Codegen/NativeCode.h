//===- NativeCode.h - From LLVM IR to a shared object -----------*- C++ -*-===//
#pragma once

#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

#include <memory>
#include <string>
#include <vector>

namespace sft {

/// A CPU to generate code for, with what a machine must have to run it.
struct CpuTarget {
  std::unique_ptr<llvm::TargetMachine> machine;
  std::string chip;                  ///< "znver4", "x86-64-v3"
  std::vector<std::string> features; ///< "avx2", "fma", ... as cpuid names them
};

/// `chip` is "native" or a name that clang's -march takes.
llvm::Expected<CpuTarget> makeCpuTarget(llvm::StringRef chip);

/// Runs LLVM's -O3 pipeline on the module.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

/// Compiles the module and links it, in this process, into a shared object.
/// Afterwards llvm::cl options read as if they had not been given: that is how
/// lld begins.
llvm::Expected<std::string> compileToSharedObject(llvm::Module &module,
                                                  llvm::TargetMachine &machine);

} // namespace sft
