#include "runtime/plan/PlanWalk.h"

#include "runtime/comm/Communicator.h"

namespace sft::rt {
namespace {

/// Collects the accesses of one instruction.
class Collector {
public:
  Collector(const fb::Program &program, std::vector<Access> &out)
      : program(program), out(out) {}

  void read(uint32_t index, bool rootOnly = false) {
    const fb::Buffer &buffer = at(index);
    out.push_back({index, buffer.offset(), buffer.offset() + dataBytes(buffer),
                   true, false, rootOnly});
  }

  void write(uint32_t index, bool rootOnly = false) {
    const fb::Buffer &buffer = at(index);
    out.push_back({index, buffer.offset(), buffer.offset() + buffer.bytes(),
                   false, true, rootOnly});
  }

  void operand(const fb::Operand *operand, bool reads, bool writes) {
    if (!operand) {
      return;
    }
    const fb::Buffer &buffer = at(operand->buffer());
    uint64_t last = 0;
    for (uint32_t i = 0; i < operand->dims()->size(); ++i) {
      int64_t dim = operand->dims()->Get(i);
      if (dim == 0) {
        return;
      }
      last += uint64_t(dim - 1) * uint64_t(operand->strides()->Get(i));
    }
    uint64_t width = sizeOf(DataType(buffer.type()));
    uint64_t begin = buffer.offset() + operand->offset() * width;
    uint64_t end = begin + (last + 1) * width;
    // Who writes up to a buffer's last element owns its padding too.
    if (writes && end == buffer.offset() + dataBytes(buffer)) {
      end = buffer.offset() + buffer.bytes();
    }
    out.push_back({operand->buffer(), begin, end, reads, writes});
  }

  void launch(const fb::Launch &launch) {
    for (uint32_t i = 0; i < launch.args()->size(); ++i) {
      if (launch.access()->Get(i) & 1) {
        read(launch.args()->Get(i));
      }
    }
    for (uint32_t i = 0; i < launch.args()->size(); ++i) {
      if (launch.access()->Get(i) & 2) {
        write(launch.args()->Get(i));
      }
    }
  }

  void contract(const fb::Contract &contract) {
    operand(contract.lhs(), true, false);
    operand(contract.rhs(), true, false);
    operand(contract.bias(), true, false);
    operand(contract.out(), contract.beta() != 0.0f, true);
  }

  void collective(const fb::Collective &collective) {
    read(collective.in(), collective.kind() == fb::CollectiveKind::Broadcast);
    write(collective.out(), collective.kind() == fb::CollectiveKind::Reduce);
  }

  void loadBatch(const fb::LoadBatch &load) {
    for (uint32_t buffer : *program.inputs()->Get(load.input())->buffers()) {
      write(buffer);
    }
  }

private:
  const fb::Buffer &at(uint32_t index) {
    return *program.buffers()->Get(index);
  }

  const fb::Program &program;
  std::vector<Access> &out;
};

} // namespace

std::optional<uint32_t> entryFunction(const fb::Program &program,
                                      fb::EntryKind kind) {
  for (const fb::Entry *entry : *program.entries()) {
    if (entry->kind() == kind) {
      return entry->function();
    }
  }
  return std::nullopt;
}

void appendAccesses(const fb::Program &program,
                    const fb::Instruction &instruction,
                    std::vector<Access> &out) {
  Collector collector(program, out);
  switch (instruction.op_type()) {
  case fb::Operation::Launch:
    return collector.launch(*instruction.op_as_Launch());
  case fb::Operation::Contract:
    return collector.contract(*instruction.op_as_Contract());
  case fb::Operation::Collective:
    return collector.collective(*instruction.op_as_Collective());
  case fb::Operation::Send:
    return collector.read(instruction.op_as_Send()->buffer());
  case fb::Operation::Recv:
    return collector.write(instruction.op_as_Recv()->buffer());
  case fb::Operation::Copy:
    collector.read(instruction.op_as_Copy()->from());
    return collector.write(instruction.op_as_Copy()->to());
  case fb::Operation::Fill:
    return collector.write(instruction.op_as_Fill()->buffer());
  case fb::Operation::LoadBatch:
    return collector.loadBatch(*instruction.op_as_LoadBatch());
  case fb::Operation::Output:
    return collector.read(
        program.outputs()->Get(instruction.op_as_Output()->output())->buffer());
  case fb::Operation::Record:
  case fb::Operation::Wait:
  case fb::Operation::Call:
  case fb::Operation::NONE:
    return;
  }
}

uint64_t elements(const fb::Buffer &buffer) {
  uint64_t count = 1;
  for (int64_t dim : *buffer.shape()) {
    count *= uint64_t(dim);
  }
  return count;
}

uint64_t dataBytes(const fb::Buffer &buffer) {
  return elements(buffer) * sizeOf(DataType(buffer.type()));
}

std::vector<uint32_t> sendersOf(const fb::Collective &collective) {
  const auto *from = collective.from();
  return from ? std::vector<uint32_t>(from->begin(), from->end())
              : std::vector<uint32_t>();
}

std::vector<uint32_t> rootBuffers(const fb::Program &program) {
  const auto &buffers = *program.buffers();
  std::vector<uint32_t> roots(buffers.size());
  for (uint32_t i = 0; i < buffers.size(); ++i) {
    uint32_t root = i;
    while (buffers.Get(root)->parent() >= 0) {
      root = uint32_t(buffers.Get(root)->parent());
    }
    roots[i] = root;
  }
  return roots;
}

} // namespace sft::rt
