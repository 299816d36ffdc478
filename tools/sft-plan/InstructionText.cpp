#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "tools/sft-plan/Commands.h"

#include <cinttypes>

namespace sft::tool {
namespace {

using rt::format;

/// Writes one program's operations.
class Writer {
public:
  Writer(const fb::Plan &plan, const fb::Program &program)
      : plan(plan), program(program) {}

  std::string launch(const fb::Launch &launch) const {
    static const char *const modes[] = {"", "r:", "w:", "rw:"};
    std::string text =
        program.kernels()->Get(launch.kernel())->name()->str() + "(";
    for (uint32_t i = 0; i < launch.args()->size(); ++i) {
      text += i == 0 ? "" : ", ";
      text += modes[launch.access()->Get(i)] + name(launch.args()->Get(i));
    }
    return text + format(") over %" PRId64 "%s", launch.extent(),
                         launch.parallel() ? ", parallel" : "");
  }

  std::string contract(const fb::Contract &contract) const {
    std::string text = operand(*contract.out()) + " = " +
                       operand(*contract.lhs()) + " * " +
                       operand(*contract.rhs());
    if (contract.alpha() != 1.0f || contract.beta() != 0.0f) {
      text += format(" (alpha %g, beta %g)", double(contract.alpha()),
                     double(contract.beta()));
    }
    text += contract.bias() ? " + " + operand(*contract.bias()) : "";
    if (contract.activation() != fb::Activation::None) {
      text += std::string(", ") + fb::EnumNameActivation(contract.activation());
    }
    return text;
  }

  std::string collective(const fb::Collective &all) const {
    using enum fb::CollectiveKind;
    bool reduces = all.kind() == AllReduce || all.kind() == ReduceScatter ||
                   all.kind() == Reduce;
    bool rooted = all.kind() == Broadcast || all.kind() == Reduce;
    std::string text =
        reduces ? std::string(fb::EnumNameReduceKind(all.reduce())) + " of "
                : "";
    text += name(all.in()) + " -> " + name(all.out()) + " on " +
            groupText(plan, all.group());
    text += rooted ? format(", root %u", all.root()) : "";
    text += senders(all);
    text += format(", tag %u", all.tag());
    return text + (all.why() ? ": " + all.why()->str() : "");
  }

  template <typename PeerOp>
  std::string peer(const PeerOp &op, const char *direction) const {
    return format("%s %s %u on %s, tag %u", name(op.buffer()).c_str(),
                  direction, op.peer(), groupText(plan, op.group()).c_str(),
                  op.tag());
  }

  std::string name(uint32_t buffer) const {
    return program.buffers()->Get(buffer)->name()->str();
  }

private:
  /// Of a permute: ", from 1 0".
  static std::string senders(const fb::Collective &all) {
    std::string text;
    for (uint32_t sender : rt::sendersOf(all)) {
      text += (text.empty() ? ", from " : " ") + std::to_string(sender);
    }
    return text;
  }

  std::string operand(const fb::Operand &operand) const {
    std::string dims;
    for (int64_t dim : *operand.dims()) {
      dims += (dims.empty() ? "" : "x") + std::to_string(dim);
    }
    std::string offset =
        operand.offset() ? format("+%" PRIu64, operand.offset()) : "";
    return name(operand.buffer()) + offset + "[" + dims + "]";
  }

  const fb::Plan &plan;
  const fb::Program &program;
};

std::string operandsText(const fb::Plan &plan, const fb::Program &program,
                         const fb::Instruction &instruction) {
  Writer writer(plan, program);
  switch (instruction.op_type()) {
  case fb::Operation::Launch:
    return writer.launch(*instruction.op_as_Launch());
  case fb::Operation::Contract:
    return writer.contract(*instruction.op_as_Contract());
  case fb::Operation::Collective:
    return writer.collective(*instruction.op_as_Collective());
  case fb::Operation::Send:
    return writer.peer(*instruction.op_as_Send(), "to peer");
  case fb::Operation::Recv:
    return writer.peer(*instruction.op_as_Recv(), "from peer");
  case fb::Operation::Copy:
    return writer.name(instruction.op_as_Copy()->from()) + " -> " +
           writer.name(instruction.op_as_Copy()->to());
  case fb::Operation::Fill:
    return writer.name(instruction.op_as_Fill()->buffer()) +
           format(" with 0x%" PRIx64, instruction.op_as_Fill()->pattern());
  case fb::Operation::LoadBatch:
    return program.inputs()
        ->Get(instruction.op_as_LoadBatch()->input())
        ->name()
        ->str();
  case fb::Operation::Record:
    return format("event %u", instruction.op_as_Record()->event());
  case fb::Operation::Wait:
    return format("event %u", instruction.op_as_Wait()->event());
  case fb::Operation::Call:
    return program.functions()
               ->Get(instruction.op_as_Call()->function())
               ->name()
               ->str() +
           format(", microbatch %u", instruction.op_as_Call()->microbatch());
  case fb::Operation::Output:
    return program.outputs()
        ->Get(instruction.op_as_Output()->output())
        ->name()
        ->str();
  case fb::Operation::NONE: // refused by the verifier
    break;
  }
  return "";
}

} // namespace

std::string groupText(const fb::Plan &plan, uint32_t group) {
  return "\"" + rt::axesText(plan, group) + "\"";
}

std::string instructionText(const fb::Plan &plan, const fb::Program &program,
                            const fb::Instruction &instruction) {
  std::string stream =
      instruction.stream() ? format(" [stream %u]", instruction.stream()) : "";
  return rt::mnemonic(instruction) + " " +
         operandsText(plan, program, instruction) + stream;
}

} // namespace sft::tool
