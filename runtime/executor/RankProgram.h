//===- RankProgram.h - A rank's program, ready to run -----------*- C++ -*-===//
//
// Prepare -> Initialize -> Execute: the constructor of this class is the end
// of Prepare; run() is Execute.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor/Commands.h"
#include "runtime/executor/CommunicationThread.h"
#include "runtime/executor/Listing.h"
#include "runtime/executor/Trace.h"

#include <array>
#include <functional>
#include <memory>

namespace sft::rt {

/// What a program is bound to.
struct Binding {
  const fb::Plan *plan;
  const fb::Program *program;
  std::byte *arena;
  Device *device;
  std::span<Communicator *const> groups;          ///< by group; null: not used
  std::span<const std::shared_ptr<Module>> blobs; ///< by blob; null: not used
};

/// A value that the program handed out: a copy, since the program may reuse the
/// buffer's memory.
struct OutputValue {
  const fb::ModelOutput *output;
  const fb::Buffer *buffer;
  std::vector<std::byte> data;

  /// The value of a scalar f32 or f64 output.
  double scalar() const;
};

/// How a rank runs its other streams beside the first.
struct Companion {
  int rank;
  CommunicationThread::Task setUp; ///< runs on the thread first
  bool hasCore;                    ///< of its own
  TraceLane *trace;                ///< or null
};

class RankProgram {
public:
  /// Resolves every entry of the program. Errors carry the instruction.
  static Expected<std::unique_ptr<RankProgram>> create(const Binding &binding);

  /// From now on run() has a thread of its own do what stands on other streams
  /// than the first. Nothing changes where there are none.
  void accompany(Companion companion);

  bool has(fb::EntryKind kind) const;
  /// Runs an entry; keeps `context.progress` up to date. Where an instruction
  /// fails, its Status with rank, step and source line added.
  Status run(fb::EntryKind kind, RunContext &context, TraceLane *trace);
  /// The same on one thread, in program order; calls `observe` with the
  /// position of each instruction when it is done.
  Status runObserved(fb::EntryKind kind, RunContext &context,
                     const std::function<void(size_t)> &observe);

  std::span<const OutputValue> outputs() const { return outputValues; }
  const Listing &listing(fb::EntryKind kind) const;
  /// Whether an entry takes this input's rows.
  bool loads(fb::EntryKind kind, size_t input) const;
  std::byte *address(uint32_t buffer) const;

private:
  /// Positions in an entry.
  using Stream = std::vector<uint32_t>;
  struct Entry {
    Listing listing;
    std::vector<Command> commands;
    uint32_t records = 0;
    /// First stream, all others; the latter is empty where the first
    /// communicates or another computes.
    Stream first, others;
  };
  /// What the companion is to do.
  struct Errand {
    Companion companion;
    std::unique_ptr<EventBoard> events;
    RunContext context;
    Entry *entry = nullptr;
    fb::EntryKind kind{};
    std::optional<size_t> failedAt;
    CommunicationThread::Task task;
    std::unique_ptr<CommunicationThread> thread; ///< the first to go
  };

  explicit RankProgram(const Binding &binding) : binding(binding) {}
  Status build();
  Status buildEntry(const fb::Entry &entry);
  Expected<Command> resolve(const fb::Instruction &instruction);
  Expected<Command> resolve(const fb::Launch &launch);
  Expected<Command> resolve(const fb::Contract &contract);
  Command resolve(const fb::Collective &collective);
  Command resolve(const fb::Send &send);
  Command resolve(const fb::Recv &recv);
  Command resolve(const fb::Copy &copy);
  Command resolve(const fb::Fill &fill);
  Command resolve(const fb::LoadBatch &load);
  Command resolve(const fb::Output &output);
  const fb::Buffer &buffer(uint32_t index) const;
  size_t elements(uint32_t index) const;
  void *const *addresses(const flatbuffers::Vector<uint32_t> &buffers);
  void matchEvents(Entry &entry) const;
  void splitStreams(Entry &entry) const;
  Entry &beginRun(fb::EntryKind kind, Progress &progress);
  /// Has `step` (command, position) run each command of an entry.
  template <typename Step>
  Status runEach(fb::EntryKind kind, RunContext &context, Step step);
  Status runBeside(fb::EntryKind kind, RunContext &context, TraceLane *trace);
  void beginErrand(fb::EntryKind kind, Entry &entry, RunContext &context);
  std::optional<size_t> runFirst(fb::EntryKind kind, Entry &entry,
                                 RunContext &context, TraceLane *trace);
  void runOthers();
  Status failed(fb::EntryKind kind, size_t position, RunContext &context) const;

  Binding binding;
  std::array<Entry, kEntryKinds> entries;
  std::vector<OutputValue> outputValues;
  std::vector<std::unique_ptr<PreparedContract>> contracts;
  std::vector<std::unique_ptr<void *[]>> argumentLists;
  std::unique_ptr<Errand> errand; ///< null: one thread runs all streams
};

} // namespace sft::rt
