//===- InputLimits.h - What MLIR's parser must not see ----------*- C++ -*-===//
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace sft {

/// Reads a model file: a regular file of at most `maxBytes`, brackets nested at
/// most 256 deep (MLIR's parser recurses on them), no tensor type with more
/// than 2^48 elements. Errors are "file:line:col: error: ..." texts.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readModel(const std::string &path, uint64_t maxBytes);

} // namespace sft
