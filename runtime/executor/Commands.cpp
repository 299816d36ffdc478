#include "runtime/executor/Commands.h"

namespace sft::rt::commands {
namespace {

/// Counts the collective and keeps the reason where it failed.
bool communicate(RunContext &context, Status status) {
  if (!status.ok()) {
    context.failure = std::move(status);
    return false;
  }
  return true;
}

/// Says that this rank has entered its next collective.
void enter(RunContext &context) {
  auto &entered = context.progress->collective;
  entered.store(entered.load(std::memory_order_relaxed) + 1,
                std::memory_order_relaxed);
}

} // namespace

bool launch(const Command &command, RunContext &context) {
  const LaunchOperands &op = command.launch;
  context.device->launch(op.kernel, op.args, op.extent, op.parallel);
  return true;
}

bool contract(const Command &command, RunContext &context) {
  if (command.contract->execute()) {
    return true;
  }
  context.failure = Status::error(Code::Resources, 307,
                                  "the library failed in a matrix product");
  return false;
}

bool allReduce(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(context, op.group->allReduce(op.in, op.out, op.count,
                                                  op.type, op.reduce));
}

bool allGather(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(context,
                     op.group->allGather(op.in, op.out, op.count, op.type));
}

bool reduceScatter(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(context, op.group->reduceScatter(op.in, op.out, op.count,
                                                      op.type, op.reduce));
}

bool allToAll(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(context,
                     op.group->allToAll(op.in, op.out, op.count, op.type));
}

bool broadcast(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(
      context, op.group->broadcast(op.in, op.out, op.count, op.type, op.peer));
}

bool reduce(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(context, op.group->reduce(op.in, op.out, op.count, op.type,
                                               op.reduce, op.peer));
}

bool send(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(context,
                     op.group->send(op.in, op.count, op.type, op.peer, op.tag));
}

bool recv(const Command &command, RunContext &context) {
  const CommunicateOperands &op = command.communicate;
  enter(context);
  return communicate(
      context, op.group->recv(op.out, op.count, op.type, op.peer, op.tag));
}

bool copy(const Command &command, RunContext &context) {
  const MemoryOperands &op = command.memory;
  context.device->copy(op.from, op.to, op.bytes);
  return true;
}

bool fill(const Command &command, RunContext &context) {
  const MemoryOperands &op = command.memory;
  context.device->fill(op.to, op.bytes, op.pattern, op.patternBytes);
  return true;
}

bool loadBatch(const Command &command, RunContext &context) {
  context.batches->load(command.load.input, command.load.buffers);
  return true;
}

bool record(const Command &command, RunContext &context) {
  context.device->record(command.event.event, command.event.stream);
  return true;
}

bool wait(const Command &command, RunContext &context) {
  context.device->wait(command.event.event, command.event.stream);
  return true;
}

} // namespace sft::rt::commands
