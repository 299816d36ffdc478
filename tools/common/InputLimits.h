//===- InputLimits.h - What MLIR's parser must not see ----------*- C++ -*-===//
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace sft {

/// Brackets are nested at most 256 deep (MLIR's parser recurses on them), and
/// no tensor type has more than 2^48 elements. Errors are "path:line:col:
/// error:
/// ..." texts. Bytecode is left to its reader.
llvm::Error checkModelText(llvm::StringRef path, llvm::StringRef text);

/// Reads a model file: a regular file of at most `maxBytes`, checked as above.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readModel(const std::string &path, uint64_t maxBytes);

} // namespace sft
