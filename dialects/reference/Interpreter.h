//===- reference/Interpreter.h - Runs models and steps, slowly --*- C++ -*-===//
//
// What a program means, in double precision and plain loops. Every other way to
// run a program (kernels, partitioned steps) is judged by this one.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/sft/Sft.h"

#include <functional>
#include <map>
#include <string>

namespace sft::reference {

/// Tensors by name: parameters, variables, outputs.
using NamedTensors = std::map<std::string, Tensor, std::less<>>;

/// When virtual ranks run. Values do not depend on it, to the last bit.
struct Timing {
  /// Seed of random delays behind every op; without it ranks take turns.
  std::optional<uint64_t> delays;
  /// How long a rank may wait for its group, in ticks; 0: as long as any rank
  /// can run. An op takes a tick, with delays up to 127 more.
  int64_t deadline = 0;
};

struct Options {
  Timing timing;
  /// Rounds every result to its element type, as kernels do; otherwise every
  /// float is a double.
  bool roundToType = false;
  /// Perturbs sums by as much as another order of summation may (Perturb.h).
  bool perturbSums = false;
  /// Sees each value as soon as all ranks know it, in the program's order: one
  /// tensor for each rank, empty for those that run another program.
  std::function<void(mlir::Value, llvm::ArrayRef<Tensor>)> observer;
  /// May change a value as a rank computes it: a fault.
  std::function<void(int64_t rank, mlir::Value, Tensor &)> tamper;
  /// Sees each op as a rank comes to it.
  std::function<void(int64_t rank, mlir::Operation *)> progress;
};

/// What a model computes from one batch.
struct ModelResult {
  std::optional<double> loss;
  NamedTensors outputs;
};

/// Evaluates a whole model; dropout is the identity. `inputs` are in the
/// model's order, `parameters` by name. Fails with a located diagnostic.
mlir::FailureOr<ModelResult> runModel(ModelOp model,
                                      llvm::ArrayRef<Tensor> inputs,
                                      const NamedTensors &parameters,
                                      const Options &options = {});

/// What the runtime knows when a step starts.
struct StepContext {
  int64_t step = 0;
  int64_t seed = 0;
  /// Replaces the default that stands in the program, as `sft-run --lr` does.
  std::optional<double> learningRate;
};

/// One rank before and after a step.
struct Rank {
  std::vector<Tensor> inputs; ///< before: one for each argument
  NamedTensors variables;     ///< before and after
  NamedTensors outputs;       ///< after
  /// After: the guard met a value that is not finite; nothing was written.
  bool stopped = false;
};

/// Runs one step on all ranks, each at its own pace; a collective waits for its
/// whole group. Ranks are numbered as in `mesh`; a null mesh is one rank. Fails
/// with a located diagnostic; where ranks wait in vain for each other, it says
/// which, and where each of them is.
llvm::LogicalResult runStep(StepOp step, MeshAttr mesh,
                            llvm::MutableArrayRef<Rank> ranks,
                            const StepContext &context,
                            const Options &options = {});

/// As runStep, with a step of its own for each rank.
llvm::LogicalResult runSteps(llvm::ArrayRef<StepOp> steps, MeshAttr mesh,
                             llvm::MutableArrayRef<Rank> ranks,
                             const StepContext &context,
                             const Options &options = {});

/// A zero of `type` (ranked tensor or CSR).
Tensor zeroOf(mlir::Type type);

/// The ranks that agree with `rank` on every axis but `axes`, ordered by their
/// coordinates on `axes`, major first.
llvm::SmallVector<int64_t> groupOf(MeshAttr mesh, llvm::ArrayRef<int64_t> axes,
                                   int64_t rank);
int64_t coordinateOf(MeshAttr mesh, int64_t rank, int64_t axis);

} // namespace sft::reference
