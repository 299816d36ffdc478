#include "runtime/executor/RankProgram.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {

bool RankProgram::has(fb::EntryKind kind) const {
  return findEntry(*binding.program, kind) != nullptr;
}

const Listing &RankProgram::listing(fb::EntryKind kind) const {
  return entries[size_t(kind)].listing;
}

bool RankProgram::loads(fb::EntryKind kind, size_t input) const {
  return std::ranges::any_of(listing(kind), [&](const FlatInstruction &flat) {
    const fb::LoadBatch *load = flat.instruction->op_as_LoadBatch();
    return load && load->input() == input;
  });
}

double OutputValue::scalar() const {
  if (buffer->type() == fb::DataType::F64) {
    double value;
    std::memcpy(&value, data.data(), sizeof value);
    return value;
  }
  float value;
  std::memcpy(&value, data.data(), sizeof value);
  return double(value);
}

Expected<std::unique_ptr<RankProgram>>
RankProgram::create(const Binding &binding) {
  std::unique_ptr<RankProgram> program(new RankProgram(binding));
  SFT_RETURN_IF_ERROR(program->build());
  return program;
}

Status RankProgram::build() {
  for (const fb::ModelOutput *output : *binding.program->outputs()) {
    const fb::Buffer &from = buffer(output->buffer());
    size_t bytes = elements(output->buffer()) * sizeOf(DataType(from.type()));
    outputValues.push_back({output, &from, std::vector<std::byte>(bytes)});
  }
  for (const fb::Entry *entry : *binding.program->entries()) {
    SFT_RETURN_IF_ERROR(buildEntry(*entry));
  }
  return {};
}

Status RankProgram::buildEntry(const fb::Entry &entry) {
  Entry &out = entries[size_t(entry.kind())];
  out.listing = flatten(*binding.program, entry.function());
  for (const FlatInstruction &flat : out.listing) {
    Expected<Command> command = resolve(*flat.instruction);
    if (!command) {
      return command.takeError().withContext(
          locate(*binding.plan, *flat.instruction));
    }
    out.commands.push_back(*command);
  }
  return {};
}

template <typename Step>
Status RankProgram::runEach(fb::EntryKind kind, RunContext &context,
                            Step step) {
  Progress &progress = *context.progress;
  progress.entry.store(uint32_t(kind), std::memory_order_relaxed);
  progress.runs.store(progress.runs.load(std::memory_order_relaxed) + 1,
                      std::memory_order_relaxed);
  const std::vector<Command> &list = entries[size_t(kind)].commands;
  for (size_t i = 0; i < list.size(); ++i) {
    progress.instruction.store(uint32_t(i), std::memory_order_relaxed);
    if (!step(list[i], i)) {
      return failed(kind, i, context);
    }
  }
  progress.instruction.store(uint32_t(list.size()), std::memory_order_relaxed);
  return {};
}

Status RankProgram::run(fb::EntryKind kind, RunContext &context,
                        TraceLane *trace) {
  return runEach(kind, context, [&](const Command &command, size_t i) {
    uint64_t begin = trace ? trace->now() : 0;
    bool done = command.run(command, context);
    if (done && trace) {
      trace->add(kind, uint32_t(i), begin);
    }
    return done;
  });
}

Status RankProgram::runObserved(fb::EntryKind kind, RunContext &context,
                                const std::function<void(size_t)> &observe) {
  return runEach(kind, context, [&](const Command &command, size_t i) {
    bool done = command.run(command, context);
    if (done) {
      observe(i);
    }
    return done;
  });
}

Status RankProgram::failed(fb::EntryKind kind, size_t position,
                           RunContext &context) const {
  const fb::Instruction &at = *listing(kind)[position].instruction;
  Status why = std::move(context.failure);
  context.failure = Status();
  return Status::error(why.code(), why.id(),
                       why.message() + "; at " + locate(*binding.plan, at));
}

} // namespace sft::rt
