#include "dialects/reference/Interpreter.h"

#include "dialects/reference/Ranks.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace sft::reference {

using Next = Ranks::Next;

static LogicalResult bindArguments(Ranks &ranks, size_t rank, Block &block,
                                   ArrayRef<Tensor> inputs) {
  if (inputs.size() != block.getNumArguments()) {
    return block.getParentOp()->emitOpError()
           << "has " << block.getNumArguments() << " inputs, but "
           << inputs.size() << " were given";
  }
  for (BlockArgument argument : block.getArguments()) {
    if (failed(ranks.set(rank, argument, inputs[argument.getArgNumber()]))) {
      return failure();
    }
  }
  return success();
}

static FailureOr<Next> continueIf(LogicalResult result) {
  return failed(result) ? FailureOr<Next>(failure()) : Next::Continue;
}

static FailureOr<Next> unknownOp(Operation *op) {
  return op->emitOpError("cannot be interpreted");
}

//===----------------------------------------------------------------------===//
// sft.model
//===----------------------------------------------------------------------===//

static LogicalResult readParameter(Ranks &ranks, ParameterOp op,
                                   const NamedTensors &parameters) {
  auto it = parameters.find(op.getName());
  if (it == parameters.end()) {
    return op.emitOpError() << '"' << op.getName() << "\" was given no value";
  }
  return ranks.set(0, op.getResult(), it->second);
}

/// The loss comes first, where there is one.
static ModelResult collect(YieldOp op, ArrayRef<Tensor> operands) {
  ModelResult result;
  if (op.getLoss()) {
    result.loss = operands.consume_front()[0];
  }
  for (auto [name, tensor] : llvm::zip_equal(
           op.getOutputNames().getAsValueRange<StringAttr>(), operands)) {
    result.outputs[name.str()] = tensor;
  }
  return result;
}

FailureOr<ModelResult> runModel(ModelOp model, ArrayRef<Tensor> inputs,
                                const NamedTensors &parameters,
                                const Options &options) {
  Block &body = model.getBody().front();
  Ranks ranks(nullptr, &body, options);
  ModelResult result;
  auto handler = [&](size_t, Operation *op, MutableArrayRef<Tensor> operands) {
    return TypeSwitch<Operation *, FailureOr<Next>>(op)
        .Case([&](ParameterOp op) {
          return continueIf(readParameter(ranks, op, parameters));
        })
        .Case([&](YieldOp op) {
          result = collect(op, operands);
          return Next::Stop;
        })
        .Default(unknownOp);
  };
  if (failed(bindArguments(ranks, 0, body, inputs)) ||
      failed(ranks.run(handler))) {
    return failure();
  }
  return result;
}

//===----------------------------------------------------------------------===//
// sft.step
//===----------------------------------------------------------------------===//

namespace {

/// One run of a step on all ranks.
class StepRun {
public:
  StepRun(ArrayRef<Block *> programs, MeshAttr mesh,
          MutableArrayRef<Rank> states, const StepContext &context,
          const Options &options)
      : ranks(mesh, programs, options), programs(programs), mesh(mesh),
        states(states), context(context), written(states.size()),
        stopped(states.size()) {}

  LogicalResult run();

private:
  FailureOr<Next> execute(size_t rank, Operation *op,
                          MutableArrayRef<Tensor> operands);
  LogicalResult read(size_t rank, ReadOp op);
  LogicalResult readScalar(size_t rank, RuntimeScalarOp op);
  FailureOr<double> scalarOn(size_t rank, RuntimeScalarOp op);
  FailureOr<Next> guard(size_t rank, GuardOp op, double value);
  /// Written values are read from the next step on.
  void commit();

  Ranks ranks;
  ArrayRef<Block *> programs;
  MeshAttr mesh;
  MutableArrayRef<Rank> states;
  const StepContext &context;
  std::vector<NamedTensors> written;
  /// What the guard said on the ranks that are past it.
  std::vector<std::optional<bool>> stopped;
};

} // namespace

LogicalResult StepRun::run() {
  for (auto [rank, state] : llvm::enumerate(states)) {
    state.outputs.clear();
    state.stopped = false;
    if (failed(bindArguments(ranks, rank, *programs[rank], state.inputs))) {
      return failure();
    }
  }
  auto handler = [&](size_t rank, Operation *op,
                     MutableArrayRef<Tensor> operands) {
    return execute(rank, op, operands);
  };
  if (failed(ranks.run(handler))) {
    return failure();
  }
  commit();
  return success();
}

FailureOr<Next> StepRun::execute(size_t rank, Operation *op,
                                 MutableArrayRef<Tensor> operands) {
  return TypeSwitch<Operation *, FailureOr<Next>>(op)
      .Case([&](ReadOp op) { return continueIf(read(rank, op)); })
      .Case(
          [&](RuntimeScalarOp op) { return continueIf(readScalar(rank, op)); })
      .Case([&](GuardOp op) { return guard(rank, op, operands[0][0]); })
      .Case([&](WriteOp op) {
        written[rank][op.getVariable().str()] = std::move(operands[0]);
        return Next::Continue;
      })
      .Case([&](OutputOp op) {
        states[rank].outputs[op.getName().str()] = std::move(operands[0]);
        return Next::Continue;
      })
      .Default(unknownOp);
}

LogicalResult StepRun::read(size_t rank, ReadOp op) {
  auto it = states[rank].variables.find(op.getVariable());
  if (it == states[rank].variables.end()) {
    return op.emitOpError()
           << "reads @" << op.getVariable() << ", which has no value yet";
  }
  return ranks.set(rank, op.getResult(), it->second);
}

FailureOr<double> StepRun::scalarOn(size_t rank, RuntimeScalarOp op) {
  switch (op.getKind()) {
  case RuntimeScalarKind::Step:
    return double(context.step);
  case RuntimeScalarKind::Seed:
    return double(context.seed);
  case RuntimeScalarKind::LearningRate:
    if (!context.learningRate && !op.getDefaultValue()) {
      return op.emitOpError("has no default and none was given");
    }
    return context.learningRate ? *context.learningRate
                                : op.getDefaultValue()->convertToDouble();
  case RuntimeScalarKind::AxisIndex:
    if (!mesh || !op.getAxis() || *op.getAxis() >= mesh.getSizes().size()) {
      return op.emitOpError("names no axis of the mesh");
    }
    return double(coordinateOf(mesh, int64_t(rank), int64_t(*op.getAxis())));
  }
  llvm_unreachable("unknown runtime scalar");
}

LogicalResult StepRun::readScalar(size_t rank, RuntimeScalarOp op) {
  FailureOr<double> value = scalarOn(rank, op);
  return failed(value) ? failure()
                       : ranks.set(rank, op.getResult(),
                                   Tensor(ArrayRef<int64_t>(), *value));
}

FailureOr<Next> StepRun::guard(size_t rank, GuardOp op, double value) {
  bool stops = !std::isfinite(value);
  stopped[rank] = states[rank].stopped = stops;
  auto other = llvm::find(stopped, std::optional(!stops));
  if (other != stopped.end()) {
    auto otherRank = size_t(other - stopped.begin());
    return op.emitOpError() << "stops rank " << (stops ? rank : otherRank)
                            << " but not rank " << (stops ? otherRank : rank);
  }
  return stops ? Next::Stop : Next::Continue;
}

void StepRun::commit() {
  for (auto [state, own] : llvm::zip_equal(states, written)) {
    for (auto &[name, tensor] : own) {
      state.variables[name] = std::move(tensor);
    }
  }
}

LogicalResult runSteps(ArrayRef<StepOp> steps, MeshAttr mesh,
                       MutableArrayRef<Rank> ranks, const StepContext &context,
                       const Options &options) {
  auto programs = llvm::map_to_vector(
      steps, [](StepOp step) { return &step.getBody().front(); });
  return StepRun(programs, mesh, ranks, context, options).run();
}

LogicalResult runStep(StepOp step, MeshAttr mesh, MutableArrayRef<Rank> ranks,
                      const StepContext &context, const Options &options) {
  int64_t expected = mesh ? mesh.getNumRanks() : 1;
  if (int64_t(ranks.size()) != expected) {
    return step.emitOpError() << "is to run on " << ranks.size()
                              << " ranks, but the mesh has " << expected;
  }
  return runSteps(SmallVector<StepOp>(ranks.size(), step), mesh, ranks, context,
                  options);
}

} // namespace sft::reference
