//===- Resolve.cpp - From instructions to commands ------------------------===//
//
// The half of RankProgram that runs once.
//
//===----------------------------------------------------------------------===//
#include "runtime/executor/RankProgram.h"

namespace sft::rt {
namespace {

// The plan's enums are the runtime's, value for value.
static_assert(int(fb::DataType::I64) == int(DataType::I64));
static_assert(int(fb::ReduceKind::Min) == int(ReduceKind::Min));
static_assert(int(fb::Activation::Silu) == int(Activation::Silu));

DataType typeOf(const fb::Buffer &buffer) { return DataType(buffer.type()); }

using Runner = bool (*)(const Command &, RunContext &);

Runner runnerOf(fb::CollectiveKind kind) {
  switch (kind) {
  case fb::CollectiveKind::AllReduce:
    return commands::allReduce;
  case fb::CollectiveKind::AllGather:
    return commands::allGather;
  case fb::CollectiveKind::ReduceScatter:
    return commands::reduceScatter;
  case fb::CollectiveKind::AllToAll:
    return commands::allToAll;
  case fb::CollectiveKind::Broadcast:
    return commands::broadcast;
  case fb::CollectiveKind::Reduce:
    return commands::reduce;
  case fb::CollectiveKind::Permute:
    return commands::permute;
  }
  return nullptr;
}

std::span<const int64_t> spanOf(const flatbuffers::Vector<int64_t> &vector) {
  return {vector.data(), vector.size()};
}

} // namespace

const fb::Buffer &RankProgram::buffer(uint32_t index) const {
  return *binding.program->buffers()->Get(index);
}

std::byte *RankProgram::address(uint32_t index) const {
  return binding.arena + buffer(index).offset();
}

size_t RankProgram::elements(uint32_t index) const {
  size_t count = 1;
  for (int64_t dim : *buffer(index).shape()) {
    count *= size_t(dim);
  }
  return count;
}

void *const *
RankProgram::addresses(const flatbuffers::Vector<uint32_t> &buffers) {
  auto &list = argumentLists.emplace_back(
      std::make_unique<void *[]>(std::max<size_t>(buffers.size(), 1)));
  for (uint32_t i = 0; i < buffers.size(); ++i) {
    list[i] = address(buffers[i]);
  }
  return list.get();
}

Expected<Command> RankProgram::resolve(const fb::Instruction &instruction) {
  switch (instruction.op_type()) {
  case fb::Operation::Launch:
    return resolve(*instruction.op_as_Launch());
  case fb::Operation::Contract:
    return resolve(*instruction.op_as_Contract());
  case fb::Operation::Collective:
    return resolve(*instruction.op_as_Collective());
  case fb::Operation::Send:
    return resolve(*instruction.op_as_Send());
  case fb::Operation::Recv:
    return resolve(*instruction.op_as_Recv());
  case fb::Operation::Copy:
    return resolve(*instruction.op_as_Copy());
  case fb::Operation::Fill:
    return resolve(*instruction.op_as_Fill());
  case fb::Operation::LoadBatch:
    return resolve(*instruction.op_as_LoadBatch());
  case fb::Operation::Record:
    return Command{.run = commands::record,
                   .event = {instruction.op_as_Record()->event(),
                             instruction.stream(), 0}};
  case fb::Operation::Wait:
    return Command{
        .run = commands::wait,
        .event = {instruction.op_as_Wait()->event(), instruction.stream(), 0}};
  case fb::Operation::Output:
    return resolve(*instruction.op_as_Output());
  case fb::Operation::Call: // flattened
  case fb::Operation::NONE: // refused by the verifier
    break;
  }
  return Status::error(Code::Internal, 308, "unexpected instruction kind");
}

Expected<Command> RankProgram::resolve(const fb::Launch &launch) {
  const fb::Kernel &kernel = *binding.program->kernels()->Get(launch.kernel());
  SFT_ASSIGN_OR_RETURN(
      KernelFunction function,
      binding.blobs[kernel.blob()]->lookup(kernel.symbol()->str()));
  return Command{.run = commands::launch,
                 .launch = {function, addresses(*launch.args()),
                            launch.extent(), launch.parallel()}};
}

Expected<Command> RankProgram::resolve(const fb::Contract &contract) {
  auto view = [&](const fb::Operand *operand) {
    MatrixView out;
    if (operand) {
      out.type = typeOf(buffer(operand->buffer()));
      out.data =
          address(operand->buffer()) + operand->offset() * sizeOf(out.type);
      out.dims = spanOf(*operand->dims());
      out.strides = spanOf(*operand->strides());
    }
    return out;
  };
  ContractDesc desc{.lhs = view(contract.lhs()),
                    .rhs = view(contract.rhs()),
                    .out = view(contract.out()),
                    .bias = view(contract.bias()),
                    .activation = Activation(contract.activation()),
                    .alpha = contract.alpha(),
                    .beta = contract.beta()};
  SFT_ASSIGN_OR_RETURN(std::unique_ptr<PreparedContract> prepared,
                       binding.device->prepareContract(desc));
  contracts.push_back(std::move(prepared));
  return Command{.run = commands::contract, .contract = contracts.back().get()};
}

Command RankProgram::resolve(const fb::Collective &collective) {
  Communicator *group = binding.groups[collective.group()];
  uint32_t in = collective.in(), out = collective.out();
  // Communicator's counts: the smaller of the two sides, see there.
  size_t count = std::min(elements(in), elements(out));
  if (collective.kind() == fb::CollectiveKind::AllToAll) {
    count /= size_t(group->size());
  }
  return {
      .run = runnerOf(collective.kind()),
      .communicate = {group, address(in), address(out), count,
                      typeOf(buffer(in)), ReduceKind(collective.reduce()),
                      int(collective.root()), collective.tag(),
                      collective.from() ? collective.from()->data() : nullptr}};
}

Command RankProgram::resolve(const fb::Send &send) {
  return {.run = commands::send,
          .communicate = {binding.groups[send.group()], address(send.buffer()),
                          nullptr, elements(send.buffer()),
                          typeOf(buffer(send.buffer())), ReduceKind::Sum,
                          int(send.peer()), send.tag(), nullptr}};
}

Command RankProgram::resolve(const fb::Recv &recv) {
  return {.run = commands::recv,
          .communicate = {binding.groups[recv.group()], nullptr,
                          address(recv.buffer()), elements(recv.buffer()),
                          typeOf(buffer(recv.buffer())), ReduceKind::Sum,
                          int(recv.peer()), recv.tag(), nullptr}};
}

Command RankProgram::resolve(const fb::Copy &copy) {
  return {
      .run = commands::copy,
      .memory = {address(copy.from()), address(copy.to()),
                 elements(copy.from()) * sizeOf(typeOf(buffer(copy.from()))), 0,
                 0}};
}

Command RankProgram::resolve(const fb::Fill &fill) {
  const fb::Buffer &to = buffer(fill.buffer());
  return {.run = commands::fill,
          .memory = {nullptr, address(fill.buffer()), size_t(to.bytes()),
                     fill.pattern(), unsigned(sizeOf(typeOf(to)))}};
}

Command RankProgram::resolve(const fb::LoadBatch &load) {
  const fb::Input &input = *binding.program->inputs()->Get(load.input());
  return {.run = commands::loadBatch,
          .load = {load.input(), addresses(*input.buffers())}};
}

Command RankProgram::resolve(const fb::Output &output) {
  OutputValue &value = outputValues[output.output()];
  return {.run = commands::copy,
          .memory = {address(value.output->buffer()), value.data.data(),
                     value.data.size(), 0, 0}};
}

} // namespace sft::rt
