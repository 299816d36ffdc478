//===- Passes.h - Phase Training: from a model to its steps -----*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sft {

#define GEN_PASS_DECL
#include "passes/Training/Passes.h.inc"

/// In: one sft.model. Out: sft.variable for each parameter and optimizer state;
/// sft.step @initialize, @train (if there is a loss), @evaluate (if there is a
/// loss or a metric) and @predict (if there are predictions), made of primitive
/// ops with global shapes.
void buildTrainingPhase(mlir::OpPassManager &pm);
void registerTrainingPasses();

/// Discardable attributes of a train step between --sft-lower-model, which
/// takes them from the model, and --sft-apply-optimizer, which uses them up.
inline constexpr char kOptimizerAttr[] = "sft.optimizer";
inline constexpr char kScheduleAttr[] = "sft.schedule";
inline constexpr char kClipNormAttr[] = "sft.clip_norm";

} // namespace sft
