#include "passes/Emit/ProgramEmitter.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sft {

uint32_t SharedTables::groupOf(DenseI64ArrayAttr axes) {
  auto [it, isNew] = groups.try_emplace(axes, uint32_t(plan.groups.size()));
  if (isNew) {
    auto group = std::make_unique<fb::GroupT>();
    group->axes.assign(axes.asArrayRef().begin(), axes.asArrayRef().end());
    plan.groups.push_back(std::move(group));
  }
  return it->second;
}

uint32_t SharedTables::locationOf(Operation *op) {
  std::string name = op->getName().getStringRef().str();
  FileLineColLoc file;
  op->getLoc()->walk([&](Location loc) {
    if (auto named = dyn_cast<NameLoc>(loc)) {
      name = named.getName().str();
    }
    file = dyn_cast<FileLineColLoc>(loc);
    return file ? WalkResult::interrupt() : WalkResult::advance();
  });
  auto entry = std::make_unique<fb::LocationT>();
  entry->file = file ? file.getFilename().str() : "unknown";
  entry->line = file ? file.getLine() : 0;
  entry->column = file ? file.getColumn() : 0;
  entry->op = name;
  std::string key = entry->file + ":" + std::to_string(entry->line) + ":" +
                    std::to_string(entry->column) + " " + name;
  auto [it, isNew] =
      locations.try_emplace(key, uint32_t(plan.locations.size()));
  if (isNew) {
    plan.locations.push_back(std::move(entry));
  }
  return it->second;
}

namespace {

fb::DataType dataTypeOf(Type element) {
  if (element.isF64()) {
    return fb::DataType::F64;
  }
  if (element.isBF16()) {
    return fb::DataType::BF16;
  }
  if (element.isF32()) {
    return fb::DataType::F32;
  }
  switch (element.getIntOrFloatBitWidth()) {
  case 64:
    return fb::DataType::I64;
  case 32:
    return fb::DataType::I32;
  default:
    return fb::DataType::I8;
  }
}

std::vector<std::unique_ptr<fb::DimShardingT>> shardingOf(ShardingAttr sharding,
                                                          size_t rank) {
  std::vector<std::unique_ptr<fb::DimShardingT>> dims;
  for (size_t d = 0; d < rank; ++d) {
    auto dim = std::make_unique<fb::DimShardingT>();
    if (sharding) {
      ArrayRef<int64_t> axes = sharding.getDims()[d].asArrayRef();
      dim->axes.assign(axes.begin(), axes.end());
    }
    dims.push_back(std::move(dim));
  }
  return dims;
}

std::vector<int64_t> shapeOfType(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    SmallVector<int64_t> shape = csr.getShape();
    return {shape.begin(), shape.end()};
  }
  ArrayRef<int64_t> shape = cast<ShapedType>(type).getShape();
  return shape.vec();
}

class ProgramEmitter {
public:
  ProgramEmitter(plan::ProgramOp program, SharedTables &shared)
      : op(program), shared(shared), result(std::make_unique<fb::ProgramT>()) {}
  std::unique_ptr<fb::ProgramT> run();

private:
  void add(plan::BufferOp buffer);
  void add(plan::InputOp input);
  void add(plan::ScalarOp scalar);
  void add(plan::FunctionOp function);
  void add(plan::EntryOp entry);
  fb::OperationUnion instruction(Operation &op);
  fb::LaunchT launch(plan::LaunchOp op);
  fb::ContractT contract(plan::ContractOp op);
  fb::CollectiveT collective(plan::CollectiveOp op);
  fb::OutputT output(plan::OutputOp op);
  uint32_t kernelOf(StringRef symbol, StringRef name);
  uint32_t buffer(Value value) { return buffers.lookup(value); }
  std::unique_ptr<fb::OperandT> operand(Value value, ArrayRef<int64_t> dims,
                                        ArrayRef<int64_t> strides);

  plan::ProgramOp op;
  SharedTables &shared;
  std::unique_ptr<fb::ProgramT> result;
  DenseMap<Value, uint32_t> buffers;
  llvm::StringMap<uint32_t> inputs, functions, kernels;
};

void ProgramEmitter::add(plan::BufferOp op) {
  auto type = cast<MemRefType>(op.getMemory().getType());
  auto buffer = std::make_unique<fb::BufferT>();
  buffer->name = op.getName().str();
  buffer->type = dataTypeOf(type.getElementType());
  buffer->shape = type.getShape().vec();
  buffer->offset = uint64_t(op.getOffset());
  buffer->bytes = uint64_t(op.getBytes());
  buffer->kind = fb::BufferKind(op.getKind());
  buffer->parent = op.getParent() ? int32_t(buffers[op.getParent()]) : -1;
  bool isSaved = op.getKind() == plan::BufferKind::Parameter ||
                 op.getKind() == plan::BufferKind::State;
  if (isSaved) {
    buffer->global_shape =
        op.getGlobalType() ? shapeOfType(*op.getGlobalType()) : buffer->shape;
    buffer->sharding = shardingOf(op.getShardingAttr(), buffer->shape.size());
  }
  buffers[op.getMemory()] = uint32_t(result->buffers.size());
  result->buffers.push_back(std::move(buffer));
}

void ProgramEmitter::add(plan::InputOp op) {
  auto input = std::make_unique<fb::InputT>();
  input->name = op.getName().str();
  input->kind = isa<CsrType>(op.getGlobalType()) ? fb::InputKind::Csr
                                                 : fb::InputKind::Dense;
  for (Value each : op.getBuffers()) {
    input->buffers.push_back(buffer(each));
  }
  input->rows = op.getRows();
  input->global_shape = shapeOfType(op.getGlobalType());
  input->sharding = shardingOf(op.getSharding(), input->global_shape.size());
  if (auto limits = op.getIndexLimits()) {
    input->limits.assign(limits->begin(), limits->end());
  }
  shared.plan.batch = input->global_shape.front();
  inputs[op.getName()] = uint32_t(result->inputs.size());
  result->inputs.push_back(std::move(input));
}

void ProgramEmitter::add(plan::ScalarOp op) {
  auto scalar = std::make_unique<fb::RuntimeScalarT>();
  scalar->kind = fb::ScalarKind(op.getKind());
  scalar->buffer = buffer(op.getBuffer());
  scalar->axis = uint32_t(op.getAxis().value_or(0));
  scalar->default_value =
      op.getDefaultValue() ? op.getDefaultValue()->convertToDouble() : 0.0;
  result->scalars.push_back(std::move(scalar));
}

uint32_t ProgramEmitter::kernelOf(StringRef symbol, StringRef name) {
  auto [it, isNew] =
      kernels.try_emplace(symbol, uint32_t(result->kernels.size()));
  if (isNew) {
    auto kernel = std::make_unique<fb::KernelT>();
    kernel->symbol = symbol.str();
    kernel->name = name.str();
    result->kernels.push_back(std::move(kernel));
  }
  return it->second;
}

fb::LaunchT ProgramEmitter::launch(plan::LaunchOp op) {
  fb::LaunchT launch;
  auto name = dyn_cast<NameLoc>(op.getLoc());
  launch.kernel =
      kernelOf(op.getSymbol(), name ? name.getName() : op.getSymbolAttr());
  for (auto [arg, access] : llvm::zip_equal(op.getArgs(), op.getAccess())) {
    launch.args.push_back(buffer(arg));
    launch.access.push_back(uint8_t(access));
  }
  launch.extent = op.getExtent();
  launch.parallel = op.getParallel();
  return launch;
}

std::unique_ptr<fb::OperandT>
ProgramEmitter::operand(Value value, ArrayRef<int64_t> dims,
                        ArrayRef<int64_t> strides) {
  auto result = std::make_unique<fb::OperandT>();
  result->buffer = buffer(value);
  result->dims = dims.vec();
  result->strides = strides.vec();
  return result;
}

fb::ContractT ProgramEmitter::contract(plan::ContractOp op) {
  fb::ContractT contract;
  contract.lhs = operand(op.getLhs(), op.getLhsDims(), op.getLhsStrides());
  contract.rhs = operand(op.getRhs(), op.getRhsDims(), op.getRhsStrides());
  contract.out = operand(op.getOut(), op.getOutDims(), op.getOutStrides());
  if (op.getBias()) {
    // A vector along the last dimension, broadcast over the others.
    SmallVector<int64_t> dims(op.getOutDims().size(), 1), strides(dims);
    dims.back() = op.getOutDims().back();
    contract.bias = operand(op.getBias(), dims, strides);
  }
  contract.activation = fb::Activation(op.getActivation());
  return contract;
}

fb::CollectiveT ProgramEmitter::collective(plan::CollectiveOp op) {
  fb::CollectiveT collective;
  collective.kind = fb::CollectiveKind(op.getKind());
  collective.reduce = fb::ReduceKind(op.getReduce());
  collective.group = shared.groupOf(op.getAxesAttr());
  collective.in = buffer(op.getIn());
  collective.out = buffer(op.getOut());
  collective.root = uint32_t(op.getRoot());
  collective.why = op.getWhy().str();
  collective.tag = uint32_t(op.getTag());
  collective.from.assign(op.getFrom().begin(), op.getFrom().end());
  return collective;
}

fb::OutputT ProgramEmitter::output(plan::OutputOp op) {
  auto entry = std::make_unique<fb::ModelOutputT>();
  entry->name = op.getName().str();
  entry->kind = fb::OutputKind(op.getKind());
  entry->buffer = buffer(op.getBuffer());
  fb::OutputT output;
  output.output = uint32_t(result->outputs.size());
  result->outputs.push_back(std::move(entry));
  return output;
}

fb::OperationUnion ProgramEmitter::instruction(Operation &op) {
  fb::OperationUnion all;
  auto pointToPoint = [&](auto op, auto message) {
    message.buffer = buffer(op.getBuffer());
    message.group = shared.groupOf(op.getAxesAttr());
    message.peer = uint32_t(op.getPeer());
    message.tag = uint32_t(op.getTag());
    all.Set(std::move(message));
  };
  llvm::TypeSwitch<Operation *>(&op)
      .Case([&](plan::LaunchOp op) { all.Set(launch(op)); })
      .Case([&](plan::ContractOp op) { all.Set(contract(op)); })
      .Case([&](plan::CollectiveOp op) { all.Set(collective(op)); })
      .Case([&](plan::OutputOp op) { all.Set(output(op)); })
      .Case([&](plan::SendOp op) { pointToPoint(op, fb::SendT()); })
      .Case([&](plan::RecvOp op) { pointToPoint(op, fb::RecvT()); })
      .Case([&](plan::CopyOp op) {
        fb::CopyT copy;
        copy.from = buffer(op.getFrom());
        copy.to = buffer(op.getTo());
        all.Set(std::move(copy));
      })
      .Case([&](plan::FillOp op) {
        fb::FillT fill;
        fill.buffer = buffer(op.getBuffer());
        fill.pattern = uint64_t(op.getPattern());
        all.Set(std::move(fill));
      })
      .Case([&](plan::LoadBatchOp op) {
        fb::LoadBatchT load;
        load.input = inputs.lookup(op.getInput());
        all.Set(std::move(load));
      })
      .Case([&](plan::RecordOp op) {
        fb::RecordT record;
        record.event = uint32_t(op.getEvent());
        result->events = std::max(result->events, record.event + 1);
        all.Set(std::move(record));
      })
      .Case([&](plan::WaitOp op) {
        fb::WaitT wait;
        wait.event = uint32_t(op.getEvent());
        all.Set(std::move(wait));
      })
      .Case([&](plan::CallOp op) {
        fb::CallT call;
        call.function = functions.lookup(op.getFunction());
        call.microbatch = uint32_t(op.getMicrobatch());
        all.Set(std::move(call));
      });
  return all;
}

void ProgramEmitter::add(plan::FunctionOp op) {
  auto function = std::make_unique<fb::FunctionT>();
  function->name = op.getSymName().str();
  for (Operation &each : op.getBody().front()) {
    auto entry = std::make_unique<fb::InstructionT>();
    entry->op = instruction(each);
    entry->location = shared.locationOf(&each);
    if (auto stream = each.getAttrOfType<IntegerAttr>("stream")) {
      entry->stream = uint32_t(stream.getInt());
    }
    function->instructions.push_back(std::move(entry));
  }
  functions[op.getSymName()] = uint32_t(result->functions.size());
  result->functions.push_back(std::move(function));
}

void ProgramEmitter::add(plan::EntryOp op) {
  auto entry = std::make_unique<fb::EntryT>();
  entry->kind = fb::EntryKind(op.getKind());
  entry->function = functions.lookup(op.getFunction());
  result->entries.push_back(std::move(entry));
}

std::unique_ptr<fb::ProgramT> ProgramEmitter::run() {
  result->name = op.getSymName().str();
  result->arena_bytes = uint64_t(op.getArenaBytes());
  for (Operation &each : op.getBody().front()) {
    llvm::TypeSwitch<Operation *>(&each)
        .Case<plan::BufferOp, plan::InputOp, plan::ScalarOp, plan::FunctionOp,
              plan::EntryOp>([&](auto op) { add(op); });
  }
  return std::move(result);
}

} // namespace

std::unique_ptr<fb::ProgramT> emitProgram(plan::ProgramOp program,
                                          SharedTables &shared) {
  return ProgramEmitter(program, shared).run();
}

} // namespace sft
