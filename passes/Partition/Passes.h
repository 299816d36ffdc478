//===- Passes.h - Phase Partition: global to local --------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sft {

struct CompilerOptions;

#define GEN_PASS_DECL
#include "passes/Partition/Passes.h.inc"

/// In: steps with global shapes and shardings. Out: what one rank does, with
/// collectives typed by mesh axes.
void buildPartitionPhase(mlir::OpPassManager &pm,
                         const CompilerOptions &options);

#define GEN_PASS_REGISTRATION
#include "passes/Partition/Passes.h.inc"

} // namespace sft
