//===- Numbered.h - Which local value is part of which global one -*- C++
//-*-===//
#pragma once

#include "Program.h"

namespace sft {

/// A step before and after the Partition phase.
struct Numbered {
  Program sharded, parts;
  llvm::SmallVector<mlir::Operation *> ops; ///< of the sharded step

  static mlir::FailureOr<Numbered> compile(mlir::ModuleOp model, StepKind kind,
                                           const CompilerOptions &options);
  /// The value before partitioning that `local` is a rank's part of, or null.
  mlir::Value wholeOf(mlir::Value local) const;
};

} // namespace sft
