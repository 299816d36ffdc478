//===- Commands.h - Instructions with everything resolved -------*- C++ -*-===//
//
// A command is one instruction whose operands are addresses and whose library
// calls are prepared. Running it parses and formats nothing, and allocates
// nothing but what oneDNN's sgemm takes (runtime/device/Device.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device/Device.h"
#include "runtime/executor/BatchSource.h"
#include "runtime/executor/EventBoard.h"

namespace sft::rt {

/// What commands need of the rank that runs them.
struct RunContext {
  Device *device = nullptr;
  BatchSource *batches = nullptr;
  Progress *progress = nullptr;
  /// Where streams run on threads of their own; null where one thread runs all
  /// of them in program order, so that every event has passed.
  EventBoard *events = nullptr;
  Status failure; ///< why a command returned false
};

struct LaunchOperands {
  KernelFunction kernel;
  void *const *args;
  int64_t extent;
  bool parallel;
};

struct CommunicateOperands {
  Communicator *group;
  const void *in;
  void *out;
  size_t count;
  DataType type;
  ReduceKind reduce;
  int peer;             ///< root, or the other side
  uint32_t tag;         ///< the plan's number of it
  const uint32_t *from; ///< Permute: in the plan, one for each member
};

struct MemoryOperands {
  const void *from;
  void *to;
  size_t bytes;
  uint64_t pattern;
  unsigned patternBytes;
};

struct LoadOperands {
  size_t input;
  void *const *buffers;
};

struct EventOperands {
  uint32_t event;
  uint32_t stream;
  uint32_t record; ///< number of the record in its entry; a wait's: for which
};

/// `run` reads the union's member of its kind; false: context.failure is set.
struct Command {
  bool (*run)(const Command &, RunContext &);
  union {
    LaunchOperands launch;
    PreparedContract *contract;
    CommunicateOperands communicate;
    MemoryOperands memory;
    LoadOperands load;
    EventOperands event;
  };
};

namespace commands {
bool launch(const Command &, RunContext &);
bool contract(const Command &, RunContext &);
bool allReduce(const Command &, RunContext &);
bool allGather(const Command &, RunContext &);
bool reduceScatter(const Command &, RunContext &);
bool allToAll(const Command &, RunContext &);
bool permute(const Command &, RunContext &);
bool broadcast(const Command &, RunContext &);
bool reduce(const Command &, RunContext &);
bool send(const Command &, RunContext &);
bool recv(const Command &, RunContext &);
bool copy(const Command &, RunContext &);
bool fill(const Command &, RunContext &);
bool loadBatch(const Command &, RunContext &);
bool record(const Command &, RunContext &);
bool wait(const Command &, RunContext &);
} // namespace commands

} // namespace sft::rt
