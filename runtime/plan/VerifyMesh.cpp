#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

#include <algorithm>
#include <cinttypes>

namespace sft::rt::verify {
namespace {

Status axes(const fb::Plan &plan, uint64_t &ranks) {
  std::set<std::string> names;
  ranks = 1;
  for (const fb::Axis *axis : *plan.mesh()->axes()) {
    std::string name = quoted(axis->name());
    if (!names.insert(name).second) {
      return malformed(BadMesh, "two mesh axes are named " + name);
    }
    ranks *= axis->size();
    if (ranks == 0 || ranks > kMaxRanks) {
      return malformed(BadMesh,
                       format("mesh axis %s of size %u makes %" PRIu64
                              " ranks, not 1 to %" PRIu64,
                              name.c_str(), axis->size(), ranks, kMaxRanks));
    }
  }
  return {};
}

Status rankTable(const fb::Plan &plan, uint64_t ranks) {
  if (plan.rank_program()->size() != ranks) {
    return malformed(BadMesh,
                     format("the mesh has %" PRIu64 " ranks, the rank table %u",
                            ranks, plan.rank_program()->size()));
  }
  for (uint32_t program : *plan.rank_program()) {
    SFT_RETURN_IF_ERROR(
        checkIndex(program, plan.programs()->size(), "program"));
  }
  return {};
}

/// An axis named twice would make a member stand twice in its group.
Status axisList(const fb::Plan &plan, const flatbuffers::Vector<uint32_t> &list,
                std::set<uint32_t> &seen) {
  for (uint32_t axis : list) {
    SFT_RETURN_IF_ERROR(
        checkIndex(axis, plan.mesh()->axes()->size(), "mesh axis"));
    if (!seen.insert(axis).second) {
      const fb::Axis &twice = *plan.mesh()->axes()->Get(axis);
      return malformed(BadGroup,
                       "names mesh axis " + quoted(twice.name()) + " twice");
    }
  }
  return {};
}

} // namespace

Status mesh(const fb::Plan &plan) {
  uint64_t ranks = 0;
  SFT_RETURN_IF_ERROR(axes(plan, ranks));
  SFT_RETURN_IF_ERROR(rankTable(plan, ranks));
  if (plan.lanes() == 0 || plan.lanes() > kMaxRanks) {
    return malformed(BadMesh, format("%u lanes a rank, not 1 to %" PRIu64,
                                     plan.lanes(), kMaxRanks));
  }
  for (uint32_t i = 0; i < plan.groups()->size(); ++i) {
    std::set<uint32_t> seen;
    SFT_RETURN_IF_ERROR(axisList(plan, *plan.groups()->Get(i)->axes(), seen)
                            .withContext(format("group %u", i)));
  }
  return {};
}

Status checkSharding(
    const fb::Plan &plan, const flatbuffers::Vector<int64_t> *global,
    const flatbuffers::Vector<flatbuffers::Offset<fb::DimSharding>> *sharding,
    uint32_t dims) {
  if (global) {
    SFT_RETURN_IF_ERROR(checkExtents(*global, "global dimensions"));
  }
  if ((global && global->size() != dims) ||
      (sharding && sharding->size() != dims)) {
    return malformed(BadTensor, format("global shape and sharding differ in "
                                       "rank from the local shape (%u)",
                                       dims));
  }
  std::set<uint32_t> seen;
  for (uint32_t i = 0; sharding && i < dims; ++i) {
    SFT_RETURN_IF_ERROR(axisList(plan, *sharding->Get(i)->axes(), seen)
                            .withContext("sharding"));
  }
  return {};
}

Status checkParts(const fb::Plan &plan, const fb::DimSharding *sharding,
                  int64_t global, int64_t local) {
  int64_t parts = sharding ? partsOver(plan, *sharding->axes()) : 1;
  int64_t most = int64_t(plan.rank_program()->size()) * plan.lanes();
  int64_t all = 0;
  bool adds = !__builtin_mul_overflow(local, parts, &all) && all >= global &&
              (all - global) / most <= global;
  return adds ? Status()
              : malformed(BadTensor, format("size %" PRId64 " cut in %" PRId64
                                            " does not make parts of %" PRId64,
                                            global, parts, local));
}

} // namespace sft::rt::verify
