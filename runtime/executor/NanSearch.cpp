#include "runtime/executor/NanSearch.h"

#include "runtime/executor/Evaluate.h"
#include "runtime/executor/Finite.h"
#include "runtime/plan/PlanWalk.h"

#include <algorithm>

namespace sft::rt {
namespace {

constexpr int kRankBits = 20;

/// Where a kind of value stood first.
struct Origin {
  /// Position and rank, earlier ones being smaller. A position is 0 before the
  /// run, else 1 + the instruction's.
  int64_t key = INT64_MAX;
  int64_t buffer = -1;

  bool found() const { return key != INT64_MAX; }
  int rank() const { return int(key & ((int64_t(1) << kRankBits) - 1)); }
  size_t position() const { return size_t(key >> kRankBits); }
};

class Search {
public:
  explicit Search(const NanSearchSite &site)
      : site(site), program(*site.program), rank(site.world->rank()) {}

  Status run() {
    lookAtParameters();
    SFT_RETURN_IF_ERROR(site.running->runObserved(
        fb::EntryKind::Gradients, *site.context,
        [this](size_t position) { lookBehind(position); }));
    SFT_RETURN_IF_ERROR(agree(inf));
    return agree(nan);
  }

  std::string text() const {
    // An Inf before the NaN tells more, unless it is meant (a mask): say both.
    std::string text = inf.key < nan.key ? textOf(inf, "Inf") : "";
    text += nan.found() ? textOf(nan, "NaN") : "";
    ScalarOutputs scalars(*site.running, fb::EntryKind::Gradients);
    if (!scalars.names().empty()) {
      text += format("; the %s is %g", scalars.names()[0].c_str(),
                     scalars.read()[0]);
    }
    std::string gradients = brokenGradients();
    return gradients.empty()
               ? text
               : text + "; not finite: the gradient of " + gradients;
  }

private:
  void note(Finiteness found, size_t position, int64_t buffer) {
    int64_t key = int64_t(position) << kRankBits | rank;
    Origin &origin = found == Finiteness::NaN ? nan : inf;
    if (found != Finiteness::Finite && key < origin.key) {
      origin = {key, buffer};
    }
  }

  void lookAtParameters() {
    for (uint32_t i = 0; i < program.buffers()->size(); ++i) {
      const fb::Buffer &buffer = *program.buffers()->Get(i);
      if (buffer.kind() == fb::BufferKind::Parameter) {
        note(finiteness(buffer, site.arena), 0, i);
      }
    }
  }

  void lookBehind(size_t position) {
    accesses.clear();
    const Listing &listing = site.running->listing(fb::EntryKind::Gradients);
    appendAccesses(program, *listing[position].instruction, accesses);
    for (const Access &access : accesses) {
      if (access.writes) {
        note(finiteness(*program.buffers()->Get(access.buffer), site.arena),
             position + 1, access.buffer);
      }
    }
  }

  /// Makes an origin the earliest of all ranks'.
  Status agree(Origin &origin) {
    Origin first;
    SFT_RETURN_IF_ERROR(site.world->allReduce(&origin.key, &first.key, 1,
                                              DataType::I64, ReduceKind::Min));
    int64_t mine = first.key == origin.key ? origin.buffer : -1;
    SFT_RETURN_IF_ERROR(site.world->allReduce(&mine, &first.buffer, 1,
                                              DataType::I64, ReduceKind::Max));
    origin = first;
    return {};
  }

  std::string textOf(const Origin &origin, const char *value) const {
    uint32_t role = site.plan->rank_program()->Get(uint32_t(origin.rank()));
    const fb::Program &owner = *site.plan->programs()->Get(role);
    const fb::Buffer &buffer = *owner.buffers()->Get(uint32_t(origin.buffer));
    if (buffer.kind() == fb::BufferKind::Parameter ||
        buffer.kind() == fb::BufferKind::Input) {
      bool isInput = buffer.kind() == fb::BufferKind::Input;
      return format("; %s \"%s\" holds %s on rank %d",
                    isInput ? "input" : "parameter", buffer.name()->c_str(),
                    value, origin.rank());
    }
    const fb::Entry *entry = findEntry(owner, fb::EntryKind::Gradients);
    Listing listing = flatten(owner, entry->function());
    const fb::Instruction &at = *listing[origin.position() - 1].instruction;
    return format("; %s first came up on rank %d in %s at %s", value,
                  origin.rank(), describe(*site.plan, owner, at).c_str(),
                  locate(*site.plan, at).c_str());
  }

  /// The parameters that Update would have written out of what is not finite.
  std::string brokenGradients() const {
    std::string names;
    const Listing &update = site.running->listing(fb::EntryKind::Update);
    for (const FlatInstruction &flat : update) {
      std::vector<Access> touched;
      appendAccesses(program, *flat.instruction, touched);
      bool broken = std::ranges::any_of(touched, [&](const Access &access) {
        const fb::Buffer &buffer = *program.buffers()->Get(access.buffer);
        return access.reads && buffer.kind() == fb::BufferKind::Temporary &&
               finiteness(buffer, site.arena) != Finiteness::Finite;
      });
      for (const Access &access : touched) {
        const fb::Buffer &buffer = *program.buffers()->Get(access.buffer);
        if (broken && access.writes &&
            buffer.kind() == fb::BufferKind::Parameter) {
          names +=
              (names.empty() ? "\"" : ", \"") + buffer.name()->str() + "\"";
        }
      }
    }
    return names;
  }

  const NanSearchSite &site;
  const fb::Program &program;
  int rank;
  Origin inf, nan;
  std::vector<Access> accesses;
};

} // namespace

Expected<std::string> findNanOrigin(const NanSearchSite &site) {
  Search search(site);
  SFT_RETURN_IF_ERROR(search.run());
  return search.text();
}

} // namespace sft::rt
