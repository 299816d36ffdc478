#include "test/Runtime/Plan/PlanBuilder.h"

#include "runtime/comm/Communicator.h"

#include <fstream>

namespace sft::rt::test {
namespace {

template <typename T> uint32_t push(std::vector<T> &list, T item) {
  list.push_back(std::move(item));
  return uint32_t(list.size() - 1);
}

uint64_t bytesOf(const Shape &shape, fb::DataType type) {
  uint64_t bytes = sizeOf(DataType(type));
  for (int64_t dim : shape) {
    bytes *= uint64_t(dim);
  }
  return bytes;
}

/// Row-major over the whole buffer.
std::unique_ptr<fb::OperandT> wholeOperand(const fb::ProgramT &program,
                                           uint32_t buffer) {
  auto operand = std::make_unique<fb::OperandT>();
  operand->buffer = buffer;
  operand->dims = program.buffers[buffer]->shape;
  operand->strides.assign(operand->dims.size(), 1);
  for (size_t i = operand->dims.size(); i-- > 1;) {
    operand->strides[i - 1] = operand->strides[i] * operand->dims[i];
  }
  return operand;
}

} // namespace

uint32_t FunctionBuilder::append(std::unique_ptr<fb::InstructionT> added) {
  return push(program->functions[index_]->instructions, std::move(added));
}

uint32_t FunctionBuilder::launch(uint32_t kernel,
                                 const std::vector<Argument> &args,
                                 int64_t extent) {
  fb::LaunchT launch;
  launch.kernel = kernel;
  launch.extent = extent;
  for (const Argument &argument : args) {
    launch.args.push_back(argument.buffer);
    launch.access.push_back(argument.access);
  }
  return add(std::move(launch));
}

uint32_t FunctionBuilder::contract(uint32_t lhs, uint32_t rhs, uint32_t out) {
  fb::ContractT contract;
  contract.lhs = wholeOperand(*program, lhs);
  contract.rhs = wholeOperand(*program, rhs);
  contract.out = wholeOperand(*program, out);
  return add(std::move(contract));
}

uint32_t FunctionBuilder::collective(fb::CollectiveKind kind, uint32_t group,
                                     uint32_t in, uint32_t out, uint32_t tag) {
  fb::CollectiveT collective;
  collective.kind = kind;
  collective.group = group;
  collective.in = in;
  collective.out = out;
  collective.tag = tag;
  return add(std::move(collective));
}

uint32_t FunctionBuilder::allReduce(uint32_t group, uint32_t buffer,
                                    uint32_t tag) {
  return collective(fb::CollectiveKind::AllReduce, group, buffer, buffer, tag);
}

uint32_t FunctionBuilder::send(uint32_t buffer, uint32_t group, uint32_t peer,
                               uint32_t tag) {
  fb::SendT send;
  send.buffer = buffer;
  send.group = group;
  send.peer = peer;
  send.tag = tag;
  return add(std::move(send));
}

uint32_t FunctionBuilder::recv(uint32_t buffer, uint32_t group, uint32_t peer,
                               uint32_t tag) {
  fb::RecvT recv;
  recv.buffer = buffer;
  recv.group = group;
  recv.peer = peer;
  recv.tag = tag;
  return add(std::move(recv));
}

uint32_t FunctionBuilder::copy(uint32_t from, uint32_t to) {
  fb::CopyT copy;
  copy.from = from;
  copy.to = to;
  return add(std::move(copy));
}

uint32_t FunctionBuilder::fill(uint32_t buffer, uint64_t pattern) {
  fb::FillT fill;
  fill.buffer = buffer;
  fill.pattern = pattern;
  return add(std::move(fill));
}

uint32_t FunctionBuilder::loadBatch(uint32_t input) {
  fb::LoadBatchT load;
  load.input = input;
  return add(std::move(load));
}

uint32_t FunctionBuilder::record(uint32_t event) {
  program->events = std::max(program->events, event + 1);
  fb::RecordT record;
  record.event = event;
  return add(std::move(record));
}

uint32_t FunctionBuilder::wait(uint32_t event) {
  program->events = std::max(program->events, event + 1);
  fb::WaitT wait;
  wait.event = event;
  return add(std::move(wait));
}

uint32_t FunctionBuilder::call(uint32_t function, uint32_t microbatch) {
  fb::CallT call;
  call.function = function;
  call.microbatch = microbatch;
  return add(std::move(call));
}

uint32_t FunctionBuilder::output(uint32_t output) {
  fb::OutputT out;
  out.output = output;
  return add(std::move(out));
}

uint32_t ProgramBuilder::buffer(const std::string &name, const Shape &shape,
                                fb::BufferKind kind, fb::DataType type) {
  auto buffer = std::make_unique<fb::BufferT>();
  buffer->name = name;
  buffer->type = type;
  buffer->shape = shape;
  buffer->kind = kind;
  buffer->offset = alignPlan(program->arena_bytes);
  buffer->bytes = bytesOf(shape, type);
  program->arena_bytes = buffer->offset + buffer->bytes;
  return push(program->buffers, std::move(buffer));
}

uint32_t ProgramBuilder::view(const std::string &name, uint32_t parent,
                              uint64_t first, const Shape &shape) {
  const fb::BufferT &whole = *program->buffers[parent];
  auto view = std::make_unique<fb::BufferT>();
  view->name = name;
  view->type = whole.type;
  view->shape = shape;
  view->offset = whole.offset + first * sizeOf(DataType(whole.type));
  view->bytes = bytesOf(shape, whole.type);
  view->parent = int32_t(parent);
  return push(program->buffers, std::move(view));
}

uint32_t ProgramBuilder::parameter(const std::string &name,
                                   const Shape &shape) {
  uint32_t index = buffer(name, shape, fb::BufferKind::Parameter);
  program->buffers[index]->global_shape = shape;
  return index;
}

uint32_t ProgramBuilder::state(const std::string &name, const Shape &shape) {
  uint32_t index = buffer(name, shape, fb::BufferKind::State);
  program->buffers[index]->global_shape = shape;
  return index;
}

uint32_t ProgramBuilder::input(const std::string &name, const Shape &local,
                               int64_t parts, fb::DataType type) {
  auto input = std::make_unique<fb::InputT>();
  input->name = name;
  input->buffers = {buffer(name, local, fb::BufferKind::Input, type)};
  input->global_shape = local;
  input->global_shape[0] *= parts;
  for (size_t i = 0; i < local.size(); ++i) {
    input->sharding.push_back(std::make_unique<fb::DimShardingT>());
  }
  if (parts > 1) {
    input->sharding[0]->axes = {0};
  }
  return push(program->inputs, std::move(input));
}

uint32_t ProgramBuilder::inputBuffer(uint32_t input) const {
  return program->inputs[input]->buffers[0];
}

uint32_t ProgramBuilder::scalar(fb::ScalarKind kind, double defaultValue,
                                uint32_t axis) {
  auto scalar = std::make_unique<fb::RuntimeScalarT>();
  bool rate = kind == fb::ScalarKind::LearningRate;
  scalar->kind = kind;
  scalar->buffer =
      buffer(fb::EnumNameScalarKind(kind), {}, fb::BufferKind::Scalar,
             rate ? fb::DataType::F32 : fb::DataType::I64);
  scalar->axis = axis;
  scalar->default_value = defaultValue;
  uint32_t index = scalar->buffer;
  program->scalars.push_back(std::move(scalar));
  return index;
}

uint32_t ProgramBuilder::output(const std::string &name, fb::OutputKind kind,
                                uint32_t buffer) {
  auto output = std::make_unique<fb::ModelOutputT>();
  output->name = name;
  output->kind = kind;
  output->buffer = buffer;
  return push(program->outputs, std::move(output));
}

uint32_t ProgramBuilder::kernel(const std::string &name, uint32_t blob) {
  auto kernel = std::make_unique<fb::KernelT>();
  kernel->name = kernel->symbol = name;
  kernel->blob = blob;
  return push(program->kernels, std::move(kernel));
}

FunctionBuilder ProgramBuilder::function(const std::string &name) {
  auto function = std::make_unique<fb::FunctionT>();
  function->name = name;
  return {*program, push(program->functions, std::move(function))};
}

FunctionBuilder ProgramBuilder::entry(fb::EntryKind kind) {
  FunctionBuilder body = function(fb::EnumNameEntryKind(kind));
  auto entry = std::make_unique<fb::EntryT>();
  entry->kind = kind;
  entry->function = body.index();
  program->entries.push_back(std::move(entry));
  return body;
}

PlanBuilder::PlanBuilder(const Axes &axes) {
  plan.producer = "0.1.0 test";
  plan.command_line = "sftc test.mlir";
  plan.model = "test";
  plan.batch = 8;
  plan.mesh = std::make_unique<fb::MeshT>();
  size_t count = 1;
  for (const auto &[name, size] : axes) {
    auto axis = std::make_unique<fb::AxisT>();
    axis->name = name;
    axis->size = size;
    count *= size;
    plan.mesh->axes.push_back(std::move(axis));
  }
  plan.rank_program.assign(count, 0);
  auto location = std::make_unique<fb::LocationT>();
  location->file = "test.mlir";
  location->line = 3;
  location->column = 7;
  location->op = "sft.matmul";
  plan.locations.push_back(std::move(location));
}

uint32_t PlanBuilder::group(const std::vector<uint32_t> &axes) {
  auto group = std::make_unique<fb::GroupT>();
  group->axes = axes;
  return push(plan.groups, std::move(group));
}

ProgramBuilder PlanBuilder::program(const std::string &name) {
  auto program = std::make_unique<fb::ProgramT>();
  program->name = name;
  return {plan, push(plan.programs, std::move(program))};
}

void PlanBuilder::ranks(const std::vector<uint32_t> &programs) {
  plan.rank_program = programs;
}

uint32_t PlanBuilder::blob(std::vector<std::byte> bytes) {
  auto blob = std::make_unique<fb::BlobT>();
  blob->chip = "x86-64";
  plan.blobs.push_back(std::move(blob));
  return push(code, std::move(bytes));
}

std::vector<std::byte> PlanBuilder::finish() {
  std::vector<BlobBytes> blobs(code.begin(), code.end());
  return writePlan(plan, blobs);
}

void PlanBuilder::save(const std::string &path) {
  std::vector<std::byte> image = finish();
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char *>(image.data()),
            std::streamsize(image.size()));
}

} // namespace sft::rt::test
