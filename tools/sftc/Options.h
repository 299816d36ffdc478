//===- Options.h - sftc's command line --------------------------*- C++ -*-===//
#pragma once

#include "tools/common/CompilerFlags.h"

#include <string>

namespace sft {

/// Whether and how collectives are listed on standard output.
enum class Explain { No, Text, Json };

struct DriverOptions {
  CompilerOptions compiler;
  std::string input, output;
  std::string commandLine; ///< as typed
  Phase from = Phase::Input;
  /// Last phase; nothing: write the plan.
  std::optional<Phase> to;
  std::string dumpPhases;
  Explain explain = Explain::No;
  /// With what plugins bring.
  mlir::DialectRegistry dialects;
  uint64_t maxInputBytes = uint64_t(64) << 20;
  bool quiet = false;
};

/// Reads the command line and loads the plugins that it names. Prints an error
/// and returns nothing where it is wrong (llvm::cl exits on unknown flags, with
/// a suggestion).
std::optional<DriverOptions> parseCommandLine(int argc, char **argv);

} // namespace sft
