//===- Program.h - Trains a program in the interpreter ----------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

namespace sft {

/// A program after some passes, and one rank that runs its steps.
class Program {
public:
  /// `passes` as for --pass-pipeline.
  Program(llvm::StringRef text, llvm::StringRef passes);

  /// Runs the step of this name on `inputs`; step numbers of `train` count up.
  void run(llvm::StringRef name, std::vector<reference::Tensor> inputs = {});
  /// A variable or, failing that, an output of the last step.
  const reference::Tensor &operator[](llvm::StringRef name) const;

  int64_t seed = 7, step = 0;
  reference::Rank rank;

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace sft
