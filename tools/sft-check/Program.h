//===- Program.h - A compiled model on virtual ranks ------------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"
#include "passes/Phases.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"

namespace sft {

/// From a model to shardings, and to partitions.
inline constexpr Phase kSharded[] = {Phase::Input, Phase::Training,
                                     Phase::Sharding};
inline constexpr Phase kPartitioned[] = {Phase::Input, Phase::Training,
                                         Phase::Sharding, Phase::Partition};

/// While it lives, warnings of the compiler are dropped: of a model that was
/// compiled before.
struct WithoutWarnings : mlir::ScopedDiagnosticHandler {
  explicit WithoutWarnings(mlir::MLIRContext *context)
      : ScopedDiagnosticHandler(context, [](mlir::Diagnostic &diagnostic) {
          return llvm::success(diagnostic.getSeverity() ==
                               mlir::DiagnosticSeverity::Warning);
        }) {}
};

/// A module of steps and the state of the ranks that run it.
class Program {
public:
  /// Runs some phases of the compiler, with the passes inserted after them, on
  /// a copy of `module`.
  static mlir::FailureOr<Program> compile(mlir::ModuleOp module,
                                          llvm::ArrayRef<Phase> phases,
                                          const CompilerOptions &options);

  Program clone();

  mlir::ModuleOp getModule() { return *module; }
  MeshAttr getMesh();
  /// Null if there is none.
  StepOp getStep(StepKind kind);
  /// Null if a variable is whole on every rank.
  ShardingAttr getVariableSharding(llvm::StringRef name);
  llvm::MutableArrayRef<reference::Rank> getRanks() { return ranks; }

  /// A rank's parts of whole variables and of a batch, which is by input name.
  /// Rank 0 of a program that is not partitioned has all of it, padded.
  reference::NamedTensors partsOf(const reference::NamedTensors &variables,
                                  int64_t rank);
  std::vector<reference::Tensor> partsOf(const reference::NamedTensors &batch,
                                         StepOp step, int64_t rank);
  /// Gives each rank its part of whole variables.
  void setVariables(const reference::NamedTensors &variables);
  /// Runs a step on each rank's part of the batch, which is by input name.
  llvm::LogicalResult run(StepKind kind, const reference::NamedTensors &batch,
                          const reference::StepContext &context,
                          const reference::Options &options = {});

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<reference::Rank> ranks;
};

} // namespace sft
