//===- Locate.h - Which op is to blame --------------------------*- C++ -*-===//
#pragma once

#include "Compare.h"
#include "Program.h"

namespace sft {

/// A step whose results differ, and all that it started from.
struct Scene {
  StepKind kind;
  reference::StepContext context;
  reference::NamedTensors variables, batch;
};

/// Where values part: the op as it is before partitioning.
struct Culprit {
  mlir::Location loc;
  std::string op;
  Difference difference;
};

/// Runs the step once more, before and after the Partition phase, and compares
/// value by value in program order: each rank's with its shard of the whole.
/// Nothing if no op that survives partitioning differs.
std::optional<Culprit> locate(mlir::ModuleOp model, const Scene &scene,
                              const CompilerOptions &options, double tolerance);

} // namespace sft
