//===- Passes.h - Phase Sharding: who owns what -----------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sft {

struct CompilerOptions;

#define GEN_PASS_DECL
#include "passes/Sharding/Passes.h.inc"

/// In: steps with global shapes. Out: the same, every value with a sharding.
void buildShardingPhase(mlir::OpPassManager &pm,
                        const CompilerOptions &options);

#define GEN_PASS_REGISTRATION
#include "passes/Sharding/Passes.h.inc"

} // namespace sft
