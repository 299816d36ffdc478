//===- EmitPlan.h - Phase Emit: the plan file -------------------*- C++ -*-===//
//
// The emitter only walks: what it writes down was decided before.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace sft {

/// What the file says of its making.
struct EmitOptions {
  std::string producer;    ///< "sftc 0.1.0"
  std::string commandLine; ///< as typed
  std::string model;       ///< name of the sft.model
};

/// The image of the plan file for a module after phase Placement.
mlir::FailureOr<std::vector<std::byte>> emitPlan(mlir::ModuleOp module,
                                                 const EmitOptions &options);

} // namespace sft
