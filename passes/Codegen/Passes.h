//===- Passes.h - Phase Codegen: kernels ------------------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace mlir {
namespace arith {
class ArithDialect;
} // namespace arith
namespace func {
class FuncDialect;
} // namespace func
namespace LLVM {
class LLVMDialect;
} // namespace LLVM
namespace math {
class MathDialect;
} // namespace math
namespace memref {
class MemRefDialect;
} // namespace memref
namespace scf {
class SCFDialect;
} // namespace scf
} // namespace mlir

namespace sft {

struct CompilerOptions;

/// Module attribute: the shared object with all kernels, and what it needs.
inline constexpr char kKernelsAttr[] = "sft.kernels";
/// Name of the module attribute with the number of ranks of the finest mesh
/// that each rank does the work of (sft-fold-ranks); one where there is none.
inline constexpr char kLanesAttr[] = "sft.lanes";
inline constexpr char kChipAttr[] = "sft.chip";
inline constexpr char kFeaturesAttr[] = "sft.features";

#define GEN_PASS_DECL
#include "passes/Codegen/Passes.h.inc"

/// In: one rank's steps. Out: kernels (as machine code), contractions,
/// collectives, views and effects.
void buildCodegenPhase(mlir::OpPassManager &pm, const CompilerOptions &options);

#define GEN_PASS_REGISTRATION
#include "passes/Codegen/Passes.h.inc"

} // namespace sft
