//===- Phases.h - The map of the compiler -----------------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SmallVector.h"

#include <functional>
#include <optional>
#include <string>

namespace sft {

/// What a program is after a phase. Phases run in this order; none looks back.
enum class Phase {
  Input,     ///< sft.model with global shapes, as written
  Training,  ///< sft.step: initialize, train, evaluate, predict; primitives
  Sharding,  ///< every value has a sharding
  Partition, ///< local shapes, collectives where shardings met
  Pipeline,  ///< one program a stage (nothing to do without a pipe axis)
  Codegen,   ///< sft.kernel and contractions; every kernel is machine code
  Placement, ///< plan.program: every byte has its place
};

llvm::StringRef phaseName(Phase phase);
std::optional<Phase> phaseFromName(llvm::StringRef name);
/// All phases but Input, in order.
llvm::ArrayRef<Phase> allPhases();

/// What sftc's command line says, for all phases.
struct CompilerOptions {
  /// Mesh axes in order: {"data", 2}, {"tensor", 2}.
  llvm::SmallVector<std::pair<std::string, int64_t>> mesh;
  /// CPU level of generated code: native, x86-64-v3, ...
  std::string chip = "native";
  /// What is cut over the data axis besides the batch: 0 nothing, 1 optimizer
  /// state, 2 gradients, 3 parameters.
  int64_t zeroStage = 0;
  /// {"data", 8}: compute as so many ranks along the axis would, with fewer of
  /// them, too, so that all get the same bits.
  llvm::SmallVector<std::pair<std::string, int64_t>> reproducible;
  /// Kinds of collectives that a train step must not have: "all_gather", ...
  llvm::SmallVector<std::string> forbidden;
  /// Gradient bytes that one all-reduce carries at least, if there are more.
  int64_t bucketBytes = int64_t(25) << 20;
  /// Collectives are issued early and awaited late in functions of which one
  /// carries so many bytes.
  int64_t overlapBytes = int64_t(256) << 10;
  /// A user's passes: the phase that each follows, and its name with options
  /// as in sft-opt's --pass-pipeline.
  llvm::SmallVector<std::pair<Phase, std::string>> insertedPasses;

  /// Ranks along an axis of `mesh`, 1 if there is none of the name.
  int64_t sizeOf(llvm::StringRef axis) const;
};

/// Adds the passes of `phase`, ending with the pass that verifies the phase's
/// exit invariant.
void buildPhase(mlir::OpPassManager &pm, Phase phase,
                const CompilerOptions &options);

/// Runs the passes inserted after `phase`, each followed by the pass that
/// verifies the phase's exit invariant.
llvm::LogicalResult runInsertedPasses(mlir::ModuleOp module, Phase phase,
                                      const CompilerOptions &options);
/// Runs `phase` and the passes inserted after it.
llvm::LogicalResult runPhase(mlir::ModuleOp module, Phase phase,
                             const CompilerOptions &options);

/// Registers every pass alone, for sft-opt and --insert-pass.
void registerPasses();

} // namespace sft
