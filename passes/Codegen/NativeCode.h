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

/// Runs LLVM's -O3 pipeline on each module, on as many at a time as the machine
/// has cores; no two modules may share a context. Aborts, on the calling
/// thread, where LLVM crashed.
llvm::Error optimize(llvm::ArrayRef<std::unique_ptr<llvm::Module>> modules,
                     llvm::StringRef chip);

/// An object file of each module, in the same way.
llvm::Expected<std::vector<std::string>>
compileToObjects(llvm::ArrayRef<std::unique_ptr<llvm::Module>> modules,
                 llvm::StringRef chip);

/// Links, in this process, objects into a shared one. Afterwards llvm::cl
/// options read as if they had not been given: that is how lld begins.
llvm::Expected<std::string>
linkSharedObject(llvm::ArrayRef<std::string> objects);

} // namespace sft
