//===- Launcher.h - Who started this process --------------------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

#include <optional>
#include <string>

namespace sft::rt {

/// This process's place in a job, as the launcher's environment says it.
struct LaunchedAs {
  const char *launcher; ///< "mpirun"
  int rank, size;
};

/// None without a launcher; Usage if its variables contradict each other.
Expected<std::optional<LaunchedAs>> launchedAs();

/// Ends this process when the one that started it dies, so that no rank
/// outlives its launcher (also one killed with -9, and also a stopped rank).
void dieWithLauncher();

} // namespace sft::rt
