#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/Verify.h"

#include <algorithm>
#include <cinttypes>

namespace sft::rt::verify {
namespace {

bool intersect(const Access &a, const Access &b) {
  return a.begin < b.end && b.begin < a.end;
}

bool equal(const Access &a, const Access &b) {
  return a.begin == b.begin && a.end == b.end;
}

/// Checks the instructions of one program, each by itself.
class InstructionVerifier {
public:
  InstructionVerifier(const fb::Plan &plan, const fb::Program &program,
                      Roles &roles)
      : plan(plan), program(program), roles(roles),
        argumentCounts(program.kernels()->size(), -1) {}

  Status check(const fb::Instruction &instruction);

private:
  Status dispatch(const fb::Instruction &instruction);
  Status launch(const fb::Launch &launch);
  Status collective(const fb::Collective &collective);
  Status sizes(const fb::Collective &collective) const;
  Status senders(const fb::Collective &collective) const;
  Status peer(uint32_t buffer, uint32_t group, uint32_t peer);
  Status copy(const fb::Copy &copy) const;
  Status call(const fb::Call &call) const;
  Status noOverlap(const fb::Instruction &instruction);
  bool mayShare(const fb::Instruction &instruction, const Access &in,
                const Access &out);

  Status buffer(uint32_t index) const {
    return checkIndex(index, program.buffers()->size(), "buffer");
  }
  Status event(uint32_t index) const {
    return checkIndex(index, program.events(), "event");
  }
  const fb::Buffer &at(uint32_t index) const {
    return *program.buffers()->Get(index);
  }

  const fb::Plan &plan;
  const fb::Program &program;
  Roles &roles;
  std::vector<int64_t> argumentCounts; // by kernel; -1: not launched yet
  std::vector<Access> accesses;        // scratch
};

Status InstructionVerifier::check(const fb::Instruction &instruction) {
  if (instruction.op_type() == fb::Operation::NONE ||
      instruction.op_type() > fb::Operation::MAX) {
    return malformed(BadInstruction, format("unknown instruction kind %u",
                                            unsigned(instruction.op_type())));
  }
  SFT_RETURN_IF_ERROR(checkIndex(instruction.stream(), kMaxStreams, "stream"));
  SFT_RETURN_IF_ERROR(
      checkIndex(instruction.location(), plan.locations()->size(), "location"));
  SFT_RETURN_IF_ERROR(dispatch(instruction));
  return noOverlap(instruction);
}

Status InstructionVerifier::dispatch(const fb::Instruction &instruction) {
  switch (instruction.op_type()) {
  case fb::Operation::Launch:
    return launch(*instruction.op_as_Launch());
  case fb::Operation::Contract:
    return contract(program, *instruction.op_as_Contract());
  case fb::Operation::Collective:
    return collective(*instruction.op_as_Collective());
  case fb::Operation::Send: {
    const fb::Send &send = *instruction.op_as_Send();
    return peer(send.buffer(), send.group(), send.peer());
  }
  case fb::Operation::Recv: {
    const fb::Recv &recv = *instruction.op_as_Recv();
    return peer(recv.buffer(), recv.group(), recv.peer());
  }
  case fb::Operation::Copy:
    return copy(*instruction.op_as_Copy());
  case fb::Operation::Fill:
    return buffer(instruction.op_as_Fill()->buffer());
  case fb::Operation::LoadBatch:
    return checkIndex(instruction.op_as_LoadBatch()->input(),
                      program.inputs()->size(), "input");
  case fb::Operation::Record:
    return event(instruction.op_as_Record()->event());
  case fb::Operation::Wait:
    return event(instruction.op_as_Wait()->event());
  case fb::Operation::Call:
    return call(*instruction.op_as_Call());
  case fb::Operation::Output:
    return checkIndex(instruction.op_as_Output()->output(),
                      program.outputs()->size(), "output");
  case fb::Operation::NONE:
    break;
  }
  return {};
}

Status InstructionVerifier::launch(const fb::Launch &launch) {
  SFT_RETURN_IF_ERROR(
      checkIndex(launch.kernel(), program.kernels()->size(), "kernel"));
  const fb::Kernel &kernel = *program.kernels()->Get(launch.kernel());
  uint32_t count = launch.args()->size();
  if (count > kMaxArguments || launch.access()->size() != count) {
    return malformed(BadKernel, format("kernel %s gets %u arguments (of at "
                                       "most %u) with %u access modes",
                                       quoted(kernel.name()).c_str(), count,
                                       kMaxArguments, launch.access()->size()));
  }
  int64_t &known = argumentCounts[launch.kernel()];
  if (known >= 0 && known != count) {
    return malformed(BadKernel,
                     format("kernel %s gets %u arguments here, %" PRId64
                            " elsewhere",
                            quoted(kernel.name()).c_str(), count, known));
  }
  known = count;
  for (uint32_t i = 0; i < count; ++i) {
    SFT_RETURN_IF_ERROR(buffer(launch.args()->Get(i)));
    uint8_t access = launch.access()->Get(i);
    if (access < 1 || access > 3) {
      return malformed(BadEnum, format("unknown access mode %u", access));
    }
  }
  return launch.extent() >= 0 && launch.extent() <= kMaxExtent
             ? Status()
             : malformed(BadInstruction,
                         format("the loop's extent %" PRId64 " is out of range",
                                launch.extent()));
}

Status InstructionVerifier::sizes(const fb::Collective &collective) const {
  uint64_t members = groupSize(plan, collective.group());
  const fb::Buffer &from = at(collective.in()), &to = at(collective.out());
  uint64_t in = elements(from), out = elements(to);
  bool fits = from.type() == to.type();
  switch (collective.kind()) {
  case fb::CollectiveKind::AllGather:
    fits &= out % members == 0 && out / members == in;
    break;
  case fb::CollectiveKind::ReduceScatter:
    fits &= in % members == 0 && in / members == out;
    break;
  case fb::CollectiveKind::AllToAll:
    fits &= in == out && in % members == 0;
    break;
  case fb::CollectiveKind::AllReduce:
  case fb::CollectiveKind::Broadcast:
  case fb::CollectiveKind::Reduce:
  case fb::CollectiveKind::Permute:
    fits &= in == out;
    break;
  }
  return fits ? Status()
              : malformed(
                    BadInstruction,
                    format("%s %s -> %s %s does not fit a group of %" PRIu64,
                           quoted(from.name()).c_str(), shapeText(from).c_str(),
                           quoted(to.name()).c_str(), shapeText(to).c_str(),
                           members));
}

Status InstructionVerifier::collective(const fb::Collective &collective) {
  SFT_RETURN_IF_ERROR(
      checkEnum(collective.kind(), fb::CollectiveKind::MAX, "collective kind"));
  SFT_RETURN_IF_ERROR(
      checkEnum(collective.reduce(), fb::ReduceKind::MAX, "reduction kind"));
  SFT_RETURN_IF_ERROR(
      checkIndex(collective.group(), plan.groups()->size(), "group"));
  SFT_RETURN_IF_ERROR(buffer(collective.in()));
  SFT_RETURN_IF_ERROR(buffer(collective.out()));
  SFT_RETURN_IF_ERROR(checkIndex(collective.root(),
                                 groupSize(plan, collective.group()), "root"));
  SFT_RETURN_IF_ERROR(senders(collective));
  return sizes(collective);
}

/// A permute says from whom each member receives, and nothing else does.
Status InstructionVerifier::senders(const fb::Collective &collective) const {
  std::vector<uint32_t> from = sendersOf(collective);
  bool isPermute = collective.kind() == fb::CollectiveKind::Permute;
  size_t members = isPermute ? groupSize(plan, collective.group()) : 0;
  bool fits = from.size() == members;
  std::ranges::sort(from);
  for (uint32_t i = 0; fits && i < members; ++i) {
    fits = from[i] == i;
  }
  return fits ? Status()
              : malformed(BadPeer,
                          format("%zu senders are no permutation of %zu "
                                 "members",
                                 from.size(), members));
}

Status InstructionVerifier::peer(uint32_t index, uint32_t group,
                                 uint32_t peer) {
  SFT_RETURN_IF_ERROR(buffer(index));
  SFT_RETURN_IF_ERROR(checkIndex(group, plan.groups()->size(), "group"));
  SFT_RETURN_IF_ERROR(checkIndex(peer, groupSize(plan, group), "peer"));
  if (roles.indices(group).contains(peer)) {
    return malformed(BadPeer, format("rank at index %u of group %u has itself "
                                     "as peer",
                                     peer, group));
  }
  return {};
}

Status InstructionVerifier::copy(const fb::Copy &copy) const {
  SFT_RETURN_IF_ERROR(buffer(copy.from()));
  SFT_RETURN_IF_ERROR(buffer(copy.to()));
  const fb::Buffer &from = at(copy.from()), &to = at(copy.to());
  // Either may be padded, as the parts of a bucket are.
  bool fits = from.type() == to.type() && dataBytes(from) == dataBytes(to);
  return fits ? Status()
              : malformed(BadInstruction, "copies " + quoted(from.name()) +
                                              " " + shapeText(from) + " to " +
                                              quoted(to.name()) + " " +
                                              shapeText(to));
}

Status InstructionVerifier::call(const fb::Call &call) const {
  SFT_RETURN_IF_ERROR(
      checkIndex(call.function(), program.functions()->size(), "function"));
  return checkIndex(call.microbatch(), kMaxMicrobatch, "microbatch");
}

/// Whether the contract of the instruction lets an input and an output that
/// intersect stand in the same bytes.
bool InstructionVerifier::mayShare(const fb::Instruction &instruction,
                                   const Access &in, const Access &out) {
  const fb::Collective *collective = instruction.op_as_Collective();
  if (!collective) {
    // A kernel knows its arguments; a contraction with beta reads its result.
    return instruction.op_type() == fb::Operation::Launch;
  }
  if (groupSize(plan, collective->group()) == 1) {
    return in.begin == out.begin;
  }
  switch (collective->kind()) {
  case fb::CollectiveKind::AllReduce:
  case fb::CollectiveKind::Broadcast:
  case fb::CollectiveKind::Reduce:
    return in.begin == out.begin;
  case fb::CollectiveKind::AllGather: { // in may be the own block of out
    const std::set<uint32_t> &own = roles.indices(collective->group());
    return own.size() == 1 && in.begin >= out.begin &&
           in.begin - out.begin == *own.begin() * (in.end - in.begin);
  }
  case fb::CollectiveKind::ReduceScatter:
  case fb::CollectiveKind::AllToAll:
  case fb::CollectiveKind::Permute:
    return false;
  }
  return false;
}

Status InstructionVerifier::noOverlap(const fb::Instruction &instruction) {
  accesses.clear();
  if (instruction.op_type() == fb::Operation::Launch) {
    return {};
  }
  appendAccesses(program, instruction, accesses);
  for (const Access &in : accesses) {
    for (const Access &out : accesses) {
      bool ownRead = in.reads && in.writes && equal(in, out);
      if (in.reads && out.writes && !ownRead && intersect(in, out) &&
          !mayShare(instruction, in, out)) {
        return malformed(
            Overlap, "input " + quoted(at(in.buffer).name()) + " and output " +
                         quoted(at(out.buffer).name()) + " overlap");
      }
    }
  }
  return {};
}

} // namespace

Status instructions(const fb::Plan &plan, const fb::Program &program,
                    Roles &roles) {
  InstructionVerifier verifier(plan, program, roles);
  for (uint32_t f = 0; f < program.functions()->size(); ++f) {
    const auto &list = *program.functions()->Get(f)->instructions();
    for (uint32_t i = 0; i < list.size(); ++i) {
      if (Status status = verifier.check(*list.Get(i)); !status.ok()) {
        return std::move(status).withContext(siteText(plan, program, f, i));
      }
    }
  }
  return {};
}

} // namespace sft::rt::verify
