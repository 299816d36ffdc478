#include "runtime/executor/RankProgram.h"

#include "runtime/base/Failpoint.h"

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
  matchEvents(out);
  splitStreams(out);
  return {};
}

/// A call may repeat a record: each gets a number of its own, and a wait that
/// of the last one in front of it.
void RankProgram::matchEvents(Entry &entry) const {
  std::vector<uint32_t> latest(binding.program->events());
  for (Command &command : entry.commands) {
    if (command.run == commands::record) {
      latest[command.event.event] = command.event.record = entry.records++;
    } else if (command.run == commands::wait) {
      command.event.record = latest[command.event.event];
    }
  }
}

void RankProgram::splitStreams(Entry &entry) const {
  bool separate = true;
  for (uint32_t i = 0; i < entry.listing.size(); ++i) {
    const fb::Instruction &instruction = *entry.listing[i].instruction;
    bool onFirst = instruction.stream() == 0;
    bool isEvent = instruction.op_type() == fb::Operation::Record ||
                   instruction.op_type() == fb::Operation::Wait;
    separate &= isEvent || onFirst == (groupOf(instruction) < 0);
    (onFirst ? entry.first : entry.others).push_back(i);
  }
  if (!separate) {
    entry.others.clear();
  }
}

void RankProgram::accompany(Companion companion) {
  uint32_t records = 0;
  bool any = false;
  for (const Entry &entry : entries) {
    records = std::max(records, entry.records);
    any |= !entry.others.empty();
  }
  if (!any) {
    return;
  }
  errand = std::make_unique<Errand>();
  errand->events = std::make_unique<EventBoard>(records, companion.hasCore);
  errand->task = [this] { runOthers(); };
  errand->thread = std::make_unique<CommunicationThread>(companion.setUp);
  errand->companion = std::move(companion);
}

RankProgram::Entry &RankProgram::beginRun(fb::EntryKind kind,
                                          Progress &progress) {
  progress.entry.store(uint32_t(kind), std::memory_order_relaxed);
  progress.runs.store(progress.runs.load(std::memory_order_relaxed) + 1,
                      std::memory_order_relaxed);
  return entries[size_t(kind)];
}

template <typename Step>
Status RankProgram::runEach(fb::EntryKind kind, RunContext &context,
                            Step step) {
  Progress &progress = *context.progress;
  const std::vector<Command> &list = beginRun(kind, progress).commands;
  for (size_t i = 0; i < list.size(); ++i) {
    progress.instruction.store(uint32_t(i), std::memory_order_relaxed);
    if (!step(list[i], i)) {
      return failed(kind, i, context);
    }
  }
  progress.instruction.store(uint32_t(list.size()), std::memory_order_relaxed);
  return {};
}

/// Runs a command and notes when.
static bool runTraced(const Command &command, RunContext &context,
                      TraceLane *trace, fb::EntryKind kind, size_t position) {
  uint64_t begin = trace ? trace->now() : 0;
  bool done = command.run(command, context);
  if (done && trace) {
    trace->add(kind, uint32_t(position), begin);
  }
  return done;
}

Status RankProgram::run(fb::EntryKind kind, RunContext &context,
                        TraceLane *trace) {
  if (errand && !entries[size_t(kind)].others.empty()) {
    return runBeside(kind, context, trace);
  }
  return runEach(kind, context, [&](const Command &command, size_t i) {
    return runTraced(command, context, trace, kind, i);
  });
}

/// The first stream here, the others on the errand's thread. Both have come
/// back at the end, however it ends.
Status RankProgram::runBeside(fb::EntryKind kind, RunContext &context,
                              TraceLane *trace) {
  Entry &entry = beginRun(kind, *context.progress);
  beginErrand(kind, entry, context);
  std::optional<size_t> failedAt = runFirst(kind, entry, context, trace);
  errand->thread->finish();
  context.events = nullptr;
  // A wait fails for the other thread's reason, and says none.
  if (failedAt && !context.failure.ok()) {
    return failed(kind, *failedAt, context);
  }
  return errand->failedAt ? failed(kind, *errand->failedAt, errand->context)
                          : Status();
}

void RankProgram::beginErrand(fb::EntryKind kind, Entry &entry,
                              RunContext &context) {
  errand->events->begin();
  context.events = errand->events.get();
  errand->context = {};
  errand->context.device = context.device;
  errand->context.progress = context.progress;
  errand->context.events = context.events;
  errand->entry = &entry;
  errand->kind = kind;
  errand->failedAt.reset();
  // Ahead of the start, so that nobody sees an end that is none.
  context.progress->communication.store(entry.others.front(),
                                        std::memory_order_relaxed);
  errand->thread->start(errand->task);
}

/// Where it failed, if it did.
std::optional<size_t> RankProgram::runFirst(fb::EntryKind kind, Entry &entry,
                                            RunContext &context,
                                            TraceLane *trace) {
  std::atomic<uint32_t> &position = context.progress->instruction;
  for (uint32_t i : entry.first) {
    position.store(i, std::memory_order_relaxed);
    if (!runTraced(entry.commands[i], context, trace, kind, i)) {
      errand->events->fail();
      return i;
    }
  }
  position.store(uint32_t(entry.listing.size()), std::memory_order_relaxed);
  return std::nullopt;
}

void RankProgram::runOthers() {
  RunContext &context = errand->context;
  Progress &progress = *context.progress;
  setFailpointContext(errand->companion.rank,
                      progress.step.load(std::memory_order_relaxed));
  for (uint32_t i : errand->entry->others) {
    progress.communication.store(i, std::memory_order_relaxed);
    const Command &command = errand->entry->commands[i];
    bool isMessage = groupOf(*errand->entry->listing[i].instruction) >= 0;
    // Waits are left out: what is to be seen is how long the lane is busy.
    TraceLane *trace = isMessage ? errand->companion.trace : nullptr;
    if (!runTraced(command, context, trace, errand->kind, i)) {
      errand->failedAt = i;
      return errand->events->fail();
    }
  }
  progress.communication.store(kNoInstruction, std::memory_order_relaxed);
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
