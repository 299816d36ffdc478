//===- Rank.h - One rank of a job -------------------------------*- C++ -*-===//
//
// Prepare -> Initialize -> Execute. A Rank is made and used by one thread.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor/Pinning.h"
#include "runtime/executor/RankProgram.h"
#include "runtime/executor/Tensors.h"
#include "runtime/plan/PlanFile.h"

#include <mutex>

namespace sft::rt {

/// What to do with a step whose guard is not finite.
enum class OnNan : uint8_t {
  Abort, ///< end with Numeric (80); parameters untouched
  Skip,  ///< leave out this step's update
  Warn,  ///< warn and update all the same
};

/// Whether each rank has a thread that communicates while it computes.
enum class CommThread : uint8_t {
  Auto, ///< where each rank of this host can have a core more
  Yes,
  No,
};

struct RankOptions {
  int threads = 1;
  uint64_t seed = 0;
  std::optional<double> learningRate; ///< else the plan's
  OnNan onNan = OnNan::Abort;
  std::chrono::milliseconds timeout{300000};
  bool trace = false;
  CommThread commThread = CommThread::Auto;
};

/// The plan's machine code, mapped once a process.
class Modules {
public:
  explicit Modules(const PlanFile &file);
  Expected<std::shared_ptr<Module>> load(uint32_t blob, Device &device);

private:
  const PlanFile &file;
  std::mutex mutex;
  std::vector<std::shared_ptr<Module>> loaded;
};

class Rank {
public:
  /// Pins the calling thread, agrees with all other ranks that they run the
  /// same plan (Config 78, SFT0304, listing digest -> ranks), joins its groups,
  /// takes the arena and resolves the program. Collective.
  static Expected<std::unique_ptr<Rank>> prepare(const PlanFile &file,
                                                 Transport &transport,
                                                 Modules &modules,
                                                 const RankOptions &options);

  /// Runs the Initialize entry. Usage (64) where the plan has none.
  Status initialize();

  enum class StepResult { Applied, Skipped };
  /// Gradients, guard, Update. Numeric (80, SFT0320) where the guard is not
  /// finite and OnNan::Abort is set; the same on all ranks.
  Expected<StepResult> step(BatchSource &batches, uint64_t step);
  /// Runs Evaluate or Predict; results are in program().outputs().
  Status run(fb::EntryKind kind, BatchSource &batches);

  /// Later steps draw their random numbers from this seed.
  void setSeed(uint64_t seed);

  int index() const { return transport.rank(); }
  RankProgram &program() { return *program_; }
  Communicator &world() { return *world_; }
  Transport &getTransport() { return transport; }
  const PlanFile &planFile() const { return file; }
  const RankOptions &getOptions() const { return options; }
  /// One for each of its threads; none where nothing is recorded.
  std::span<const std::unique_ptr<TraceLane>> trace() const { return lanes; }
  const std::vector<InputSpec> &inputs() const { return inputs_; }
  /// Parameters, or parameters and state.
  std::vector<TensorSlice> tensors(bool withState) const;

private:
  Rank(const PlanFile &file, Transport &transport, const RankOptions &options);
  void pin();
  Status agreeOnPlan();
  Status joinGroups();
  Status takeArena();
  Status loadModules(Modules &modules);
  Status resolve();
  TraceLane *addLane(bool ofCommunication);
  void writeScalars();
  Status runEntry(fb::EntryKind kind);
  Status guardFailed(const OutputValue &guard);
  std::string position() const; ///< "rank 2 step 1000"

  const PlanFile &file;
  const fb::Plan &plan;
  const fb::Program &fbProgram;
  Transport &transport;
  RankOptions options;
  Pinning pinning;
  bool communicates = false; ///< on a thread of its own
  std::unique_ptr<Communicator> world_;
  std::vector<std::unique_ptr<Communicator>> groups;
  std::unique_ptr<Device> device;
  std::byte *arena = nullptr;
  std::vector<int64_t *> stepScalars, seedScalars; ///< where they are written
  std::vector<std::shared_ptr<Module>> blobs;
  std::vector<InputSpec> inputs_;
  std::vector<std::unique_ptr<TraceLane>> lanes;
  std::unique_ptr<RankProgram> program_;
  RunContext context;
};

} // namespace sft::rt
