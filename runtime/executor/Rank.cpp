#include "runtime/executor/Rank.h"

#include "runtime/base/Failpoint.h"
#include "runtime/base/Log.h"
#include "runtime/executor/Finite.h"
#include "runtime/executor/NanSearch.h"
#include "runtime/plan/Mesh.h"

#include <cmath>
#include <cstring>
#include <map>

namespace sft::rt {
namespace {

const fb::Program &programOf(const fb::Plan &plan, int rank) {
  return *plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank)));
}

/// Whether any rank's program communicates in the group; all members must then
/// make it, in the same order.
bool isUsed(const fb::Plan &plan, uint32_t group) {
  for (const fb::Program *program : *plan.programs()) {
    for (const fb::Function *function : *program->functions()) {
      for (const fb::Instruction *instruction : *function->instructions()) {
        if (groupOf(*instruction) == int64_t(group)) {
          return true;
        }
      }
    }
  }
  return false;
}

constexpr size_t kDigestLength = 32;

} // namespace

Modules::Modules(const PlanFile &file)
    : file(file), loaded(file.plan().blobs()->size()) {}

Expected<std::shared_ptr<Module>> Modules::load(uint32_t blob, Device &device) {
  std::lock_guard lock(mutex);
  if (!loaded[blob]) {
    const fb::Blob &info = *file.plan().blobs()->Get(blob);
    std::vector<std::string> features;
    if (info.features()) {
      for (const auto *feature : *info.features()) {
        features.push_back(feature->str());
      }
    }
    SFT_ASSIGN_OR_RETURN(
        loaded[blob],
        device.loadModule(file.blob(blob), info.chip()->str(), features));
  }
  return loaded[blob];
}

Rank::Rank(const PlanFile &file, Transport &transport,
           const RankOptions &options)
    : file(file), plan(file.plan()),
      fbProgram(programOf(file.plan(), transport.rank())), transport(transport),
      options(options),
      pinning(transport.localRank(), transport.localSize(), options.threads) {}

Expected<std::unique_ptr<Rank>> Rank::prepare(const PlanFile &file,
                                              Transport &transport,
                                              Modules &modules,
                                              const RankOptions &options) {
  std::unique_ptr<Rank> rank(new Rank(file, transport, options));
  rank->pin();
  SFT_RETURN_IF_ERROR(rank->agreeOnPlan());
  SFT_RETURN_IF_ERROR(rank->joinGroups());
  rank->device = makeCpuDevice(options.threads);
  SFT_RETURN_IF_ERROR(rank->takeArena());
  SFT_RETURN_IF_ERROR(rank->loadModules(modules));
  SFT_ASSIGN_OR_RETURN(rank->inputs_, inputSpecs(file.plan(), rank->index()));
  SFT_RETURN_IF_ERROR(rank->resolve());
  rank->context.device = rank->device.get();
  rank->context.progress = &transport.progress();
  rank->writeScalars();
  rank->setSeed(options.seed);
  return rank;
}

/// Whether a thread of its own would have anything to do.
static bool hasStreams(const fb::Program &program) {
  return std::ranges::any_of(
      *program.functions(), [](const fb::Function *function) {
        return std::ranges::any_of(
            *function->instructions(),
            [](const fb::Instruction *each) { return each->stream() > 0; });
      });
}

void Rank::pin() {
  communicates =
      hasStreams(fbProgram) &&
      (options.commThread == CommThread::Yes ||
       (options.commThread == CommThread::Auto && pinning.hasSpareCores()));
  if (communicates) {
    pinning.addCommunication();
  }
  pinning.pinRank();
}

Status Rank::resolve() {
  std::vector<Communicator *> borrowed;
  for (const auto &group : groups) {
    borrowed.push_back(group.get());
  }
  Binding binding{.plan = &plan,
                  .program = &fbProgram,
                  .arena = arena,
                  .device = device.get(),
                  .groups = borrowed,
                  .blobs = blobs};
  SFT_ASSIGN_OR_RETURN(program_, RankProgram::create(binding));
  addLane(false);
  if (communicates) {
    program_->accompany({.rank = index(),
                         .setUp = [this] { pinning.pinCommunication(); },
                         .hasCore = pinning.hasSpareCores(),
                         .trace = addLane(true)});
  }
  return {};
}

/// Null where nothing is recorded.
TraceLane *Rank::addLane(bool ofCommunication) {
  if (!options.trace) {
    return nullptr;
  }
  lanes.push_back(std::make_unique<TraceLane>(index(), ofCommunication));
  return lanes.back().get();
}

Status Rank::agreeOnPlan() {
  std::vector<int> all(size_t(transport.size()));
  for (size_t i = 0; i < all.size(); ++i) {
    all[i] = int(i);
  }
  SFT_ASSIGN_OR_RETURN(world_, transport.makeGroup(all, "world"));
  std::string mine = file.digest();
  mine.resize(kDigestLength);
  std::string theirs(kDigestLength * all.size(), '\0');
  SFT_RETURN_IF_ERROR(world_->allGather(mine.data(), theirs.data(),
                                        kDigestLength, DataType::I8));
  std::map<std::string, std::string> ranksOf;
  for (size_t i = 0; i < all.size(); ++i) {
    std::string &ranks =
        ranksOf[theirs.substr(i * kDigestLength, kDigestLength)];
    ranks += (ranks.empty() ? "" : ",") + std::to_string(i);
  }
  if (ranksOf.size() == 1) {
    return {};
  }
  std::string list;
  for (const auto &[digest, ranks] : ranksOf) {
    list += (list.empty() ? "" : ", ") + digest + " -> ranks {" + ranks + "}";
  }
  return Status::error(Code::Config, 304, "ranks run different plans: " + list);
}

Status Rank::joinGroups() {
  groups.resize(plan.groups()->size());
  for (uint32_t i = 0; i < groups.size(); ++i) {
    if (isUsed(plan, i)) {
      SFT_ASSIGN_OR_RETURN(groups[i],
                           transport.makeGroup(groupMembers(plan, i, index()),
                                               axesText(plan, i)));
    }
  }
  return {};
}

Status Rank::takeArena() {
  SFT_ASSIGN_OR_RETURN(
      void *memory, transport.allocateShared(size_t(fbProgram.arena_bytes())));
  arena = static_cast<std::byte *>(memory);
  return {};
}

Status Rank::loadModules(Modules &modules) {
  blobs.resize(plan.blobs()->size());
  for (const fb::Kernel *kernel : *fbProgram.kernels()) {
    if (!blobs[kernel->blob()]) {
      SFT_ASSIGN_OR_RETURN(blobs[kernel->blob()],
                           modules.load(kernel->blob(), *device));
    }
  }
  return {};
}

void Rank::writeScalars() {
  std::vector<int> coordinate = coordinates(plan, index());
  for (const fb::RuntimeScalar *scalar : *fbProgram.scalars()) {
    void *to = arena + fbProgram.buffers()->Get(scalar->buffer())->offset();
    auto *integer = static_cast<int64_t *>(to);
    switch (scalar->kind()) {
    case fb::ScalarKind::Step:
      stepScalars.push_back(integer);
      break;
    case fb::ScalarKind::Seed:
      seedScalars.push_back(integer);
      break;
    case fb::ScalarKind::LearningRate:
      *static_cast<float *>(to) =
          float(options.learningRate.value_or(scalar->default_value()));
      break;
    case fb::ScalarKind::AxisIndex:
      *integer = coordinate[scalar->axis()];
      break;
    }
  }
}

void Rank::setSeed(uint64_t seed) {
  for (int64_t *scalar : seedScalars) {
    *scalar = int64_t(seed);
  }
}

std::vector<TensorSlice> Rank::tensors(bool withState) const {
  return tensorSlices(plan, index(), arena, withState);
}

std::string Rank::position() const {
  uint64_t step = context.progress->step.load(std::memory_order_relaxed);
  return format("rank %d step %llu", index(), (unsigned long long)step);
}

Status Rank::runEntry(fb::EntryKind kind) {
  if (program_->has(kind)) {
    TraceLane *lane = lanes.empty() ? nullptr : lanes.front().get();
    Status status = program_->run(kind, context, lane);
    return status.ok() ? std::move(status)
                       : std::move(status).withContext(position());
  }
  return Status::error(Code::Usage, 312,
                       format("the plan cannot do this: it has no entry \"%s\"",
                              fb::EnumNameEntryKind(kind)));
}

Status Rank::initialize() { return runEntry(fb::EntryKind::Initialize); }

Status Rank::run(fb::EntryKind kind, BatchSource &batches) {
  context.batches = &batches;
  return runEntry(kind);
}

Expected<Rank::StepResult> Rank::step(BatchSource &batches, uint64_t step) {
  setFailpointContext(index(), step);
  failpoint("step");
  context.batches = &batches;
  context.progress->step.store(step, std::memory_order_relaxed);
  for (int64_t *scalar : stepScalars) {
    *scalar = int64_t(step);
  }
  SFT_RETURN_IF_ERROR(runEntry(fb::EntryKind::Gradients));
  if (const OutputValue *guard = findBrokenGuard(program_->outputs())) {
    if (options.onNan == OnNan::Abort) {
      return guardFailed(*guard);
    }
    if (index() == 0) {
      logWarning(321,
                 format("step %llu: the guard \"%s\" is %g; update %s",
                        (unsigned long long)step,
                        guard->output->name()->c_str(), guard->scalar(),
                        options.onNan == OnNan::Skip ? "skipped" : "applied"));
    }
    if (options.onNan == OnNan::Skip) {
      return StepResult::Skipped;
    }
  }
  SFT_RETURN_IF_ERROR(runEntry(fb::EntryKind::Update));
  return StepResult::Applied;
}

Status Rank::guardFailed(const OutputValue &guard) {
  std::string text =
      format("%s: the guard \"%s\" is %g, so the step was not applied",
             position().c_str(), guard.output->name()->c_str(), guard.scalar());
  SFT_ASSIGN_OR_RETURN(std::string origin,
                       findNanOrigin({&plan, &fbProgram, arena, program_.get(),
                                      &context, world_.get()}));
  return Status::error(Code::Numeric, 320, text + origin);
}

} // namespace sft::rt
