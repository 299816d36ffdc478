#include "dialects/reference/Interpreter.h"

#include "dialects/reference/Machine.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace sft::reference {

using Next = Machine::Next;

/// One argument after the other, [rank][argument] as `inputs` says.
static LogicalResult bindArguments(Machine &machine, Block &block,
                                   ArrayRef<ArrayRef<Tensor>> inputs) {
  for (ArrayRef<Tensor> own : inputs) {
    if (own.size() != block.getNumArguments()) {
      return block.getParentOp()->emitOpError()
             << "has " << block.getNumArguments() << " inputs, but "
             << own.size() << " were given";
    }
  }
  for (BlockArgument argument : block.getArguments()) {
    std::vector<Tensor> tensors;
    for (ArrayRef<Tensor> own : inputs) {
      tensors.push_back(own[argument.getArgNumber()]);
    }
    if (failed(machine.set(argument, std::move(tensors)))) {
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

static LogicalResult readParameter(Machine &machine, ParameterOp op,
                                   const NamedTensors &parameters) {
  auto it = parameters.find(op.getName());
  if (it == parameters.end()) {
    return op.emitOpError() << '"' << op.getName() << "\" was given no value";
  }
  return machine.set(op.getResult(), {it->second});
}

static ModelResult collect(const Machine &machine, YieldOp op) {
  ModelResult result;
  if (op.getLoss()) {
    result.loss = machine.get(op.getLoss(), 0)[0];
  }
  for (auto [name, value] :
       llvm::zip_equal(op.getOutputNames().getAsValueRange<StringAttr>(),
                       op.getOutputs())) {
    result.outputs[name.str()] = machine.get(value, 0);
  }
  return result;
}

FailureOr<ModelResult> runModel(ModelOp model, ArrayRef<Tensor> inputs,
                                const NamedTensors &parameters,
                                const Options &options) {
  Machine machine(nullptr, 1, options);
  ModelResult result;
  auto handler = [&](Operation *op) {
    return TypeSwitch<Operation *, FailureOr<Next>>(op)
        .Case([&](ParameterOp op) {
          return continueIf(readParameter(machine, op, parameters));
        })
        .Case([&](YieldOp op) {
          result = collect(machine, op);
          return Next::Stop;
        })
        .Default(unknownOp);
  };
  Block &body = model.getBody().front();
  if (failed(bindArguments(machine, body, {inputs})) ||
      failed(machine.run(body, handler))) {
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
  StepRun(MeshAttr mesh, MutableArrayRef<Rank> ranks,
          const StepContext &context, const Options &options)
      : machine(mesh, int64_t(ranks.size()), options), mesh(mesh), ranks(ranks),
        context(context), written(ranks.size()) {}

  LogicalResult run(StepOp step);

private:
  FailureOr<Next> execute(Operation *op);
  LogicalResult read(ReadOp op);
  LogicalResult readScalar(RuntimeScalarOp op);
  FailureOr<double> scalarOn(RuntimeScalarOp op, int64_t rank);
  FailureOr<Next> guard(GuardOp op);
  void write(WriteOp op);
  void output(OutputOp op);
  /// Written values are read from the next step on.
  void commit();

  Machine machine;
  MeshAttr mesh;
  MutableArrayRef<Rank> ranks;
  const StepContext &context;
  std::vector<NamedTensors> written;
};

} // namespace

LogicalResult StepRun::run(StepOp step) {
  std::vector<ArrayRef<Tensor>> inputs;
  for (Rank &rank : ranks) {
    rank.outputs.clear();
    rank.stopped = false;
    inputs.push_back(rank.inputs);
  }
  Block &body = step.getBody().front();
  if (failed(bindArguments(machine, body, inputs)) ||
      failed(machine.run(body, [&](Operation *op) { return execute(op); }))) {
    return failure();
  }
  commit();
  return success();
}

FailureOr<Next> StepRun::execute(Operation *op) {
  return TypeSwitch<Operation *, FailureOr<Next>>(op)
      .Case([&](ReadOp op) { return continueIf(read(op)); })
      .Case([&](RuntimeScalarOp op) { return continueIf(readScalar(op)); })
      .Case([&](GuardOp op) { return guard(op); })
      .Case([&](WriteOp op) {
        write(op);
        return Next::Continue;
      })
      .Case([&](OutputOp op) {
        output(op);
        return Next::Continue;
      })
      .Default(unknownOp);
}

LogicalResult StepRun::read(ReadOp op) {
  std::vector<Tensor> tensors;
  for (Rank &rank : ranks) {
    auto it = rank.variables.find(op.getVariable());
    if (it == rank.variables.end()) {
      return op.emitOpError()
             << "reads @" << op.getVariable() << ", which has no value yet";
    }
    tensors.push_back(it->second);
  }
  return machine.set(op.getResult(), std::move(tensors));
}

FailureOr<double> StepRun::scalarOn(RuntimeScalarOp op, int64_t rank) {
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
    return double(coordinateOf(mesh, rank, int64_t(*op.getAxis())));
  }
  llvm_unreachable("unknown runtime scalar");
}

LogicalResult StepRun::readScalar(RuntimeScalarOp op) {
  std::vector<Tensor> tensors;
  for (int64_t rank = 0; rank < machine.getNumRanks(); ++rank) {
    FailureOr<double> value = scalarOn(op, rank);
    if (failed(value)) {
      return failure();
    }
    tensors.emplace_back(ArrayRef<int64_t>(), *value);
  }
  return machine.set(op.getResult(), std::move(tensors));
}

FailureOr<Next> StepRun::guard(GuardOp op) {
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    rank.stopped = !std::isfinite(machine.get(op.getValue(), int64_t(i))[0]);
    if (rank.stopped != ranks[0].stopped) {
      return op.emitOpError() << "stops rank " << (rank.stopped ? i : 0)
                              << " but not rank " << (rank.stopped ? 0 : i);
    }
  }
  return ranks[0].stopped ? Next::Stop : Next::Continue;
}

void StepRun::write(WriteOp op) {
  for (auto [i, own] : llvm::enumerate(written)) {
    own[op.getVariable().str()] = machine.get(op.getValue(), int64_t(i));
  }
}

void StepRun::output(OutputOp op) {
  for (auto [i, rank] : llvm::enumerate(ranks)) {
    rank.outputs[op.getName().str()] = machine.get(op.getValue(), int64_t(i));
  }
}

void StepRun::commit() {
  for (auto [rank, own] : llvm::zip_equal(ranks, written)) {
    for (auto &[name, tensor] : own) {
      rank.variables[name] = std::move(tensor);
    }
  }
}

LogicalResult runStep(StepOp step, MeshAttr mesh, MutableArrayRef<Rank> ranks,
                      const StepContext &context, const Options &options) {
  int64_t expected = mesh ? mesh.getNumRanks() : 1;
  if (int64_t(ranks.size()) != expected) {
    return step.emitOpError() << "is to run on " << ranks.size()
                              << " ranks, but the mesh has " << expected;
  }
  return StepRun(mesh, ranks, context, options).run(step);
}

} // namespace sft::reference
