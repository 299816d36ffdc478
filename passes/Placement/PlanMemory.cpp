//===- PlanMemory.cpp - Steps to a program over an arena ------------------===//
#include "passes/Codegen/LoopNest.h"
#include "passes/Placement/EmitCommunication.h"
#include "passes/Placement/Passes.h"
#include "passes/Placement/Storage.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Placement/Passes.h.inc"

namespace {

using plan::BufferKind;

/// Variables, inputs and scalars of all steps.
PersistentStorage collectPersistent(ModuleOp module) {
  PersistentStorage result;
  for (auto variable : module.getOps<VariableOp>()) {
    auto kind = variable.getKind() == VariableKind::Parameter
                    ? BufferKind::Parameter
                    : BufferKind::State;
    result.variables[variable.getSymName()] = result.add(
        variable.getSymName(), cast<RankedTensorType>(variable.getType()), kind,
        variable.getLoc());
  }
  for (auto step : module.getOps<StepOp>()) {
    for (auto [name, input] :
         llvm::zip_equal(step.getInputNames().getAsValueRange<StringAttr>(),
                         step.getBody().getArguments())) {
      auto &buffers = result.inputs[name];
      static constexpr StringLiteral parts[] = {"", ".columns", ".values"};
      bool isNew = buffers.empty();
      for (auto [i, type] : llvm::enumerate(componentsOf(input.getType()))) {
        if (isNew) {
          buffers.push_back(result.add((name + parts[i]).str(), type,
                                       BufferKind::Input, input.getLoc()));
        }
      }
    }
    for (auto scalar : step.getBody().getOps<RuntimeScalarOp>()) {
      std::pair<int64_t, int64_t> key{int64_t(scalar.getKind()),
                                      int64_t(scalar.getAxis().value_or(0))};
      Storage *&storage = result.scalars[key];
      if (!storage) {
        storage = result.add(stringifyRuntimeScalarKind(scalar.getKind()),
                             cast<RankedTensorType>(scalar.getType()),
                             BufferKind::Scalar, scalar.getLoc());
      }
    }
  }
  return result;
}

/// Writes one step's instructions.
class StepEmitter {
public:
  StepEmitter(StepOp step, StepStorage &storage, OpBuilder &builder,
              PersistentStorage &persistent, int64_t &events)
      : step(step), storage(storage), builder(builder), persistent(persistent),
        communication(storage, builder, events) {}
  LogicalResult run(OpBuilder &program);

private:
  LogicalResult emit(Operation &op);
  void emitKernel(KernelOp op);
  LogicalResult emitContract(ContractOp op);
  void emitFill(FillOp op);
  void beginFunction(OpBuilder &program, StringRef name, plan::EntryKind kind);
  Value buffer(Value value) { return storage.single(value)->buffer; }
  Value shapedBuffer(Value value);
  SmallVector<Value> buffers(Value value) {
    return llvm::map_to_vector(storage.of(value),
                               [](Storage *each) { return each->buffer; });
  }

  StepOp step;
  StepStorage &storage;
  OpBuilder &builder;
  PersistentStorage &persistent;
  CommunicationEmitter communication;
};

void StepEmitter::beginFunction(OpBuilder &program, StringRef name,
                                plan::EntryKind kind) {
  auto function = plan::FunctionOp::create(program, step.getLoc(), name);
  plan::EntryOp::create(program, step.getLoc(), kind, name);
  builder.setInsertionPointToStart(&function.getBody().emplaceBlock());
}

/// "sft.add+sft.relu": the distinct ops of a kernel, for reports and traces.
std::string summaryOf(KernelOp kernel) {
  llvm::SmallSetVector<StringRef, 4> names;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (!isa<ConstantOp>(op)) {
      names.insert(op.getName().getStringRef());
    }
  }
  std::string text =
      llvm::join(ArrayRef(names.getArrayRef()).take_front(4), "+");
  return names.size() > 4 ? text + "+.." : text;
}

void StepEmitter::emitKernel(KernelOp op) {
  SmallVector<Value> args;
  SmallVector<int64_t> access;
  for (Value operand : op.getOperands()) {
    for (Value each : buffers(operand)) {
      args.push_back(each);
      access.push_back(1);
    }
  }
  KernelArguments numbers = argumentsOf(op);
  for (auto [r, result] : llvm::enumerate(op.getResults())) {
    if (op.operandOfResult(unsigned(r))) {
      access[numbers.results[r]] = 3;
    } else {
      args.push_back(buffer(result));
      access.push_back(2);
    }
  }
  plan::LaunchOp::create(builder, named(op, summaryOf(op)), *op.getSymbol(),
                         args, access, int64_t(*op.getExtent()),
                         op.getParallel());
}

/// Row-major strides; the last two dims swapped where the matrix is stored
/// transposed.
struct Layout {
  SmallVector<int64_t> dims, strides;
};
Layout layoutOf(RankedTensorType type, bool transposed, int64_t rank) {
  Layout layout;
  layout.dims.assign(type.getShape().begin(), type.getShape().end());
  layout.strides.resize(layout.dims.size());
  int64_t stride = 1;
  for (size_t i = layout.dims.size(); i-- > 0;) {
    layout.strides[i] = stride;
    stride *= layout.dims[i];
  }
  if (transposed) {
    std::swap(layout.dims.end()[-1], layout.dims.end()[-2]);
    std::swap(layout.strides.end()[-1], layout.strides.end()[-2]);
  }
  while (int64_t(layout.dims.size()) < rank) {
    layout.dims.insert(layout.dims.begin(), 1);
    layout.strides.insert(layout.strides.begin(), stride);
  }
  return layout;
}

LogicalResult StepEmitter::emitContract(ContractOp op) {
  auto z = cast<RankedTensorType>(op.getZ().getType());
  Layout x = layoutOf(cast<RankedTensorType>(op.getX().getType()),
                      op.getTransposeX(), z.getRank());
  Layout y = layoutOf(cast<RankedTensorType>(op.getY().getType()),
                      op.getTransposeY(), z.getRank());
  Layout out = layoutOf(z, false, z.getRank());
  plan::ContractOp::create(
      builder, named(op, "sft.matmul"), buffer(op.getX()), buffer(op.getY()),
      buffer(op.getZ()), op.getBias() ? buffer(op.getBias()) : Value(), x.dims,
      x.strides, y.dims, y.strides, out.dims, out.strides, op.getActivation());
  return success();
}

/// The bits of the element.
void StepEmitter::emitFill(FillOp op) {
  auto elements = cast<DenseElementsAttr>(op.getValue());
  APInt bits = isa<FloatType>(elements.getElementType())
                   ? elements.getSplatValue<APFloat>().bitcastToAPInt()
                   : elements.getSplatValue<APInt>();
  plan::FillOp::create(builder, named(op, "sft.constant"),
                       buffer(op.getResult()), bits.getZExtValue());
}

/// The buffer under the value's own shape, which is another than the buffer's
/// if the value is a reshape: outputs tell people their shape.
Value StepEmitter::shapedBuffer(Value value) {
  Storage *bytes = storage.single(value);
  auto type = cast<RankedTensorType>(value.getType());
  MemRefType shape = bufferTypes(type).front();
  if (bytes->buffer.getType() == shape) {
    return bytes->buffer;
  }
  OpBuilder before(builder.getInsertionBlock()->getParentOp());
  return plan::BufferOp::create(
      before, value.getLoc(), shape, bytes->name, BufferKind::Temporary,
      bytes->offset, bytesOf(type), bytes->buffer, TypeAttr(), ShardingAttr());
}

LogicalResult StepEmitter::emit(Operation &op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](KernelOp kernel) { return emitKernel(kernel), success(); })
      .Case([&](FillOp fill) { return emitFill(fill), success(); })
      .Case([&](ContractOp contract) { return emitContract(contract); })
      .Case<CollectiveOpInterface, AwaitOp>(
          [&](auto op) { return communication.emit(op), success(); })
      .Case([&](OutputOp output) {
        auto kind = plan::OutputKind(uint32_t(output.getKind()));
        plan::OutputOp::create(builder, op.getLoc(), kind, output.getName(),
                               shapedBuffer(output.getValue()));
        return success();
      })
      .Case([&](GuardOp guard) {
        plan::OutputOp::create(builder, op.getLoc(), plan::OutputKind::Guard,
                               "guard", buffer(guard.getValue()));
        return success();
      })
      .Default([](Operation *) { return success(); });
}

LogicalResult StepEmitter::run(OpBuilder &program) {
  static constexpr std::pair<StringLiteral, plan::EntryKind> names[] = {
      {"initialize", plan::EntryKind::Initialize},
      {"gradients", plan::EntryKind::Gradients},
      {"evaluate", plan::EntryKind::Evaluate},
      {"predict", plan::EntryKind::Predict}};
  auto [name, kind] = names[size_t(step.getKind())];
  beginFunction(program, name, kind);
  for (Attribute input : step.getInputNames()) {
    plan::LoadBatchOp::create(builder, step.getLoc(), cast<StringAttr>(input));
  }
  SmallVector<WriteOp> copies;
  for (Operation &op : step.getBody().front()) {
    if (failed(emit(op))) {
      return failure();
    }
    if (isa<GuardOp>(op)) {
      beginFunction(program, "update", plan::EntryKind::Update);
    }
    auto write = dyn_cast<WriteOp>(op);
    if (write && storage.needsCopyOut(write)) {
      copies.push_back(write);
    }
  }
  for (WriteOp write : copies) {
    plan::CopyOp::create(
        builder, write.getLoc(), buffer(write.getValue()),
        persistent.variables.lookup(write.getVariable())->buffer);
  }
  return success();
}

class ProgramBuilder {
public:
  explicit ProgramBuilder(ModuleOp module)
      : module(module), symbols(module), persistent(collectPersistent(module)),
        body(module.getContext()), instructions(module.getContext()) {}
  LogicalResult run();

private:
  void buildBuffer(Storage &storage);
  void buildTables();

  ModuleOp module;
  SymbolTable symbols;
  PersistentStorage persistent;
  OpBuilder body, instructions;
};

void ProgramBuilder::buildBuffer(Storage &storage) {
  Type type = bufferTypes(storage.type).front();
  TypeAttr global;
  ShardingAttr sharding;
  auto variable = storage.isTemporary()
                      ? VariableOp()
                      : symbols.lookup<VariableOp>(storage.name);
  if (variable) {
    global = variable.getGlobalTypeAttr();
    sharding = variable.getShardingAttr();
  }
  storage.buffer = plan::BufferOp::create(
      body, *storage.location, type, storage.name, storage.kind, storage.offset,
      storage.bytes, storage.parent ? storage.parent->buffer : Value(), global,
      sharding);
}

/// Inputs (of the first step that has them) and scalars.
void ProgramBuilder::buildTables() {
  llvm::StringMap<bool> done;
  for (auto step : module.getOps<StepOp>()) {
    for (auto [i, attr] : llvm::enumerate(step.getInputNames())) {
      auto name = cast<StringAttr>(attr);
      if (!done.try_emplace(name.getValue(), true).second) {
        continue;
      }
      SmallVector<Value> buffers;
      for (Storage *storage : persistent.inputs[name.getValue()]) {
        buffers.push_back(storage->buffer);
      }
      DenseI64ArrayAttr limits;
      if (step.getIndexLimits()) {
        limits = cast<DenseI64ArrayAttr>((*step.getIndexLimits())[i]);
      }
      Type local = step.getBody().getArgument(unsigned(i)).getType();
      auto csr = dyn_cast<CsrType>(local);
      int64_t rows =
          csr ? csr.getRows() : cast<RankedTensorType>(local).getDimSize(0);
      plan::InputOp::create(
          body, step.getLoc(), name, buffers, body.getI64IntegerAttr(rows),
          cast<TypeAttr>((*step.getGlobalTypes())[i]),
          cast<ShardingAttr>((*step.getShardings())[i]), limits);
    }
  }
  llvm::DenseMap<Storage *, RuntimeScalarOp> ops;
  module.walk([&](RuntimeScalarOp op) {
    std::pair<int64_t, int64_t> key{int64_t(op.getKind()),
                                    int64_t(op.getAxis().value_or(0))};
    ops.try_emplace(persistent.scalars[key], op);
  });
  for (auto &[key, storage] : persistent.scalars) {
    RuntimeScalarOp op = ops[storage];
    plan::ScalarOp::create(body, op.getLoc(), op.getKind(), storage->buffer,
                           op.getDefaultValueAttr(), op.getAxisAttr());
  }
}

/// Gives each collective of the program a tag of its own.
static void numberCollectives(plan::ProgramOp program) {
  int64_t tag = 0;
  program.walk(
      [&](plan::CollectiveOp collective) { collective.setTag(tag++); });
}

LogicalResult ProgramBuilder::run() {
  body.setInsertionPointToEnd(module.getBody());
  int64_t base = 0;
  for (auto &storage : persistent.all) {
    storage->offset = base;
    base += alignBuffer(storage->bytes);
  }
  auto program = plan::ProgramOp::create(body, module.getLoc(), "spmd",
                                         int64_t(0), DictionaryAttr());
  body.setInsertionPointToStart(&program.getBody().emplaceBlock());
  for (auto &storage : persistent.all) {
    buildBuffer(*storage);
  }
  buildTables();
  int64_t peak = base, events = 0;
  SmallVector<StepOp> steps(module.getOps<StepOp>());
  for (StepOp step : steps) {
    StepStorage storage(step, persistent);
    peak = std::max(peak, placeTemporaries(storage.temporaries(), base));
    // Buckets before their parts.
    for (bool parts : {false, true}) {
      for (const auto &each : storage.temporaries()) {
        if (bool(each->parent) == parts && each->offset >= 0) {
          buildBuffer(*each);
        }
      }
    }
    StepEmitter emitter(step, storage, instructions, persistent, events);
    if (failed(emitter.run(body))) {
      return failure();
    }
  }
  program.setArenaBytes(peak);
  numberCollectives(program);
  for (StepOp step : steps) {
    step.erase();
  }
  for (auto variable :
       llvm::make_early_inc_range(module.getOps<VariableOp>())) {
    variable.erase();
  }
  return success();
}

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      if (!step.getInputNames().empty() &&
          !(step.getGlobalTypes() && step.getShardings())) {
        step.emitOpError("has inputs without global type and sharding; the "
                         "phases Sharding and Partition come first");
        return signalPassFailure();
      }
      for (BlockArgument input : step.getBody().getArguments()) {
        if (auto type = dyn_cast<RankedTensorType>(input.getType());
            type && type.getRank() == 0) {
          emitError(input.getLoc()) << "an input's leading dimension is the "
                                       "batch; a scalar has none";
          return signalPassFailure();
        }
      }
    }
    if (failed(ProgramBuilder(getOperation()).run())) {
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace sft
