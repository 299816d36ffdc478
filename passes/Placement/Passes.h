//===- Passes.h - Phase Placement: buffers, instructions --------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sft::plan {
class PlanDialect;
} // namespace sft::plan

namespace sft {

struct CompilerOptions;

#define GEN_PASS_DECL
#include "passes/Placement/Passes.h.inc"

/// In: kernels, contractions, collectives. Out: plan.program.
void buildPlacementPhase(mlir::OpPassManager &pm,
                         const CompilerOptions &options);

/// What pass sft-verify-communication checks. The emitter asks again: a plan
/// that fails is never written.
llvm::LogicalResult verifyCommunication(mlir::ModuleOp module);

#define GEN_PASS_REGISTRATION
#include "passes/Placement/Passes.h.inc"

} // namespace sft
