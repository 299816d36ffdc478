#include "runtime/executor/Listing.h"

#include "runtime/base/Status.h"
#include "runtime/plan/Mesh.h"

namespace sft::rt {
namespace {

void append(const fb::Program &program, uint32_t function, uint32_t microbatch,
            Listing &out) {
  for (const fb::Instruction *instruction :
       *program.functions()->Get(function)->instructions()) {
    if (const fb::Call *call = instruction->op_as_Call()) {
      append(program, call->function(), call->microbatch(), out);
    } else {
      out.push_back({instruction, microbatch});
    }
  }
}

const char *nameOf(fb::CollectiveKind kind) {
  static const char *const names[] = {
      "all_reduce", "all_gather", "reduce_scatter", "all_to_all",
      "broadcast",  "reduce",     "permute"};
  return names[size_t(kind)];
}

const char *nameOf(fb::Operation kind) {
  static const char *const names[] = {
      "none", "launch",     "contract", "collective", "send", "recv",  "copy",
      "fill", "load_batch", "record",   "wait",       "call", "output"};
  return names[size_t(kind)];
}

} // namespace

Listing flatten(const fb::Program &program, uint32_t function) {
  Listing listing;
  append(program, function, 0, listing);
  return listing;
}

const fb::Entry *findEntry(const fb::Program &program, fb::EntryKind kind) {
  for (const fb::Entry *entry : *program.entries()) {
    if (entry->kind() == kind) {
      return entry;
    }
  }
  return nullptr;
}

int64_t groupOf(const fb::Instruction &instruction) {
  if (const fb::Collective *collective = instruction.op_as_Collective()) {
    return collective->group();
  }
  if (const fb::Send *send = instruction.op_as_Send()) {
    return send->group();
  }
  if (const fb::Recv *recv = instruction.op_as_Recv()) {
    return recv->group();
  }
  return -1;
}

std::string describe(const fb::Plan &plan, const fb::Program &program,
                     const fb::Instruction &instruction) {
  std::string text = nameOf(instruction.op_type());
  if (const fb::Launch *launch = instruction.op_as_Launch()) {
    text += " " + program.kernels()->Get(launch->kernel())->name()->str();
  } else if (const fb::Collective *collective =
                 instruction.op_as_Collective()) {
    text = nameOf(collective->kind());
  }
  if (int64_t group = groupOf(instruction); group >= 0) {
    text += " on \"" + axesText(plan, uint32_t(group)) + "\"";
  }
  return text;
}

std::string locate(const fb::Plan &plan, const fb::Instruction &instruction) {
  if (instruction.location() >= plan.locations()->size()) {
    return "an unknown place";
  }
  const fb::Location *place = plan.locations()->Get(instruction.location());
  return format("%s:%u:%u (\"%s\")", place->file()->c_str(), place->line(),
                place->column(), place->op()->c_str());
}

} // namespace sft::rt
