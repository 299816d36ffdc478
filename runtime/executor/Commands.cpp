#include "runtime/executor/Commands.h"

#include "runtime/base/Failpoint.h"

namespace sft::rt::commands {
namespace {

/// Keeps the reason where a collective failed.
bool communicate(RunContext &context, Status status) {
  if (!status.ok()) {
    context.failure = std::move(status);
    return false;
  }
  return true;
}

/// Says that this rank has entered its next collective, send or receive.
void enter(RunContext &context) {
  auto &entered = context.progress->collective;
  entered.store(entered.load(std::memory_order_relaxed) + 1,
                std::memory_order_relaxed);
}

constexpr uint32_t kTagsOfStep = 64;

/// Has `call` do a collective of the plan.
template <typename Call>
bool collective(const Command &command, RunContext &context, Call call) {
  if (failpoint("collective") == FailAction::Skip) {
    return true;
  }
  enter(context);
  // A rank may be a whole step behind: the numbers go on from step to step.
  auto step = context.progress->step.load(std::memory_order_relaxed);
  command.communicate.group->expect(command.communicate.tag +
                                    kTagsOfStep * uint32_t(step));
  return communicate(context, call(command.communicate));
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
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->allReduce(op.in, op.out, op.count, op.type, op.reduce);
  });
}

bool allGather(const Command &command, RunContext &context) {
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->allGather(op.in, op.out, op.count, op.type);
  });
}

bool reduceScatter(const Command &command, RunContext &context) {
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->reduceScatter(op.in, op.out, op.count, op.type, op.reduce);
  });
}

bool allToAll(const Command &command, RunContext &context) {
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->allToAll(op.in, op.out, op.count, op.type);
  });
}

bool permute(const Command &command, RunContext &context) {
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->permute(op.in, op.out, op.count, op.type,
                             {op.from, size_t(op.group->size())});
  });
}

bool broadcast(const Command &command, RunContext &context) {
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->broadcast(op.in, op.out, op.count, op.type, op.peer);
  });
}

bool reduce(const Command &command, RunContext &context) {
  return collective(command, context, [](const CommunicateOperands &op) {
    return op.group->reduce(op.in, op.out, op.count, op.type, op.reduce,
                            op.peer);
  });
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
  if (context.events) {
    context.events->record(command.event.record);
    return true;
  }
  context.device->record(command.event.event, command.event.stream);
  return true;
}

bool wait(const Command &command, RunContext &context) {
  if (context.events) {
    return context.events->wait(command.event.record);
  }
  context.device->wait(command.event.event, command.event.stream);
  return true;
}

} // namespace sft::rt::commands
