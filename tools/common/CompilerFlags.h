//===- CompilerFlags.h - How a model is compiled ----------------*- C++ -*-===//
#pragma once

#include "passes/Phases.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/CommandLine.h"

namespace sft {

/// The flags that sftc and sft-check have in common, so that the one judges
/// what the other compiles. Registers them on construction.
class CompilerFlags {
public:
  explicit CompilerFlags(llvm::cl::OptionCategory &category);

  /// What the command line says. Prints an error and returns nothing where it
  /// is wrong.
  std::optional<CompilerOptions> read(llvm::StringRef tool) const;
  /// Loads the plugins: their passes can be inserted, their dialects come into
  /// `registry`. Prints an error where a library is none.
  bool loadPlugins(llvm::StringRef tool, mlir::DialectRegistry &registry) const;

private:
  bool readReproducible(llvm::StringRef tool, CompilerOptions &options) const;

  llvm::cl::opt<std::string> mesh, reproducible;
  llvm::cl::opt<int64_t> zero;
  llvm::cl::opt<uint64_t> bucket, overlap;
  llvm::cl::list<std::string> passPlugins, dialectPlugins, inserted;
};

/// Prints "TOOL: error: MESSAGE"; returns false.
bool printError(llvm::StringRef tool, const llvm::Twine &message);

/// The phase of this name; prints an error about `flag` where there is none.
std::optional<Phase> readPhase(llvm::StringRef tool, llvm::StringRef flag,
                               llvm::StringRef name);

} // namespace sft
