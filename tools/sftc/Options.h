//===- Options.h - sftc's command line --------------------------*- C++ -*-===//
#pragma once

#include "passes/Phases.h"

#include <string>
#include <vector>

namespace sft {

struct DriverOptions {
  CompilerOptions compiler;
  std::string input, output;
  std::string commandLine; ///< as typed
  Phase from = Phase::Input;
  /// Last phase; nothing: write the plan.
  std::optional<Phase> to;
  std::string dumpPhases;
  std::vector<std::string> passPlugins;
  /// (phase, pass) from --insert-pass=after-PHASE:PASS.
  std::vector<std::pair<Phase, std::string>> insertedPasses;
  std::optional<int64_t> ranks;
  uint64_t maxInputBytes = uint64_t(64) << 20;
  bool quiet = false;
};

/// Reads the command line. Prints an error and returns nothing where it is
/// wrong (llvm::cl exits on unknown flags, with a suggestion).
std::optional<DriverOptions> parseCommandLine(int argc, char **argv);

} // namespace sft
