//===- ModelFile.h - Reading a model with hints -----------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/SourceMgr.h"

namespace sft {

/// Reads and parses a model file within the limits of InputLimits.h. The text
/// goes into `sources`, whose diagnostic handler is the caller's. Prints
/// errors, with hints at what a misspelt or foreign op may be, and returns
/// null where there are any.
mlir::OwningOpRef<mlir::ModuleOp> readModelFile(const std::string &path,
                                                uint64_t maxBytes,
                                                llvm::SourceMgr &sources,
                                                mlir::MLIRContext &context);

} // namespace sft
