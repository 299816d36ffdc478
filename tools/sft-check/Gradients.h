//===- Gradients.h - Programs that hand out their gradients -----*- C++ -*-===//
#pragma once

#include "Program.h"

namespace sft {

/// "gradient of w1".
std::string gradientName(llvm::StringRef parameter);

/// As Program::compile from a model, but the train step has the gradient of
/// each parameter as an output. A program of its own, as an output is one more
/// use of a value, and partitioning looks at uses.
mlir::FailureOr<Program>
compileWithGradients(mlir::ModuleOp module,
                     llvm::ArrayRef<Phase> phasesAfterTraining,
                     const CompilerOptions &options);

} // namespace sft
