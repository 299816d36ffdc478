#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

#include <cinttypes>

namespace sft::rt {
namespace verify {

Status checkIndex(uint64_t index, uint64_t size, const char *what) {
  if (index < size) {
    return {};
  }
  return malformed(
      BadIndex,
      format("there is no %s %" PRIu64 " (of %" PRIu64 ")", what, index, size));
}

Status checkExtents(const flatbuffers::Vector<int64_t> &extents,
                    const char *what) {
  // FlatBuffers does not align a vector that is empty.
  if (extents.size() > 0 && uintptr_t(extents.Data()) % alignof(int64_t) != 0) {
    return malformed(BadFlatBuffer, format("%s are misaligned", what));
  }
  if (extents.size() > kMaxDims) {
    return malformed(BadBuffer, format("%u %s are more than %u", extents.size(),
                                       what, kMaxDims));
  }
  for (int64_t extent : extents) {
    if (extent < 0 || extent > kMaxExtent) {
      return malformed(
          BadBuffer,
          format("%" PRId64 " among the %s is out of range", extent, what));
    }
  }
  return {};
}

const std::set<uint32_t> &Roles::indices(uint32_t group) {
  auto [found, isNew] = known.try_emplace(group);
  const auto &programs = *plan.rank_program();
  for (uint32_t rank = 0; isNew && rank < programs.size(); ++rank) {
    if (programs[rank] == program) {
      found->second.insert(groupIndex(plan, group, int(rank)));
    }
  }
  return found->second;
}

namespace {

Status program(const fb::Plan &plan, uint32_t index) {
  const fb::Program &program = *plan.programs()->Get(index);
  Roles roles(plan, index);
  SFT_RETURN_IF_ERROR(buffers(plan, program));
  SFT_RETURN_IF_ERROR(tables(plan, program));
  SFT_RETURN_IF_ERROR(instructions(plan, program, roles));
  SFT_RETURN_IF_ERROR(calls(program));
  SFT_RETURN_IF_ERROR(lifetimes(plan, program, roles));
  return streams(plan, program, roles);
}

} // namespace
} // namespace verify

Status verifyPlan(const fb::Plan &plan, uint64_t fileBytes) {
  using namespace verify;
  SFT_RETURN_IF_ERROR(checkEnum(plan.target(), fb::Target::MAX, "target"));
  if (plan.batch() < 1 || plan.batch() > kMaxExtent) {
    return malformed(
        BadTable,
        format("the batch of %" PRId64 " rows is out of range", plan.batch()));
  }
  SFT_RETURN_IF_ERROR(mesh(plan));
  SFT_RETURN_IF_ERROR(blobs(plan, fileBytes));
  for (uint32_t i = 0; i < plan.programs()->size(); ++i) {
    SFT_RETURN_IF_ERROR(program(plan, i).withContext(
        "program " + quoted(plan.programs()->Get(i)->name())));
  }
  SFT_RETURN_IF_ERROR(tensorsAgree(plan));
  return communication(plan);
}

} // namespace sft::rt
