#include "runtime/plan/Mesh.h"

#include "runtime/plan/PlanFile.h"
#include "runtime/plan/plan_generated.h"

namespace sft::rt {
namespace {

using Axes = flatbuffers::Vector<flatbuffers::Offset<fb::Axis>>;

const Axes &axesOf(const fb::Plan &plan) { return *plan.mesh()->axes(); }

/// Ranks between neighbours on each axis: the last axis varies fastest.
std::vector<int> rankStrides(const fb::Plan &plan) {
  const Axes &axes = axesOf(plan);
  std::vector<int> strides(axes.size(), 1);
  for (size_t i = axes.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * int(axes.Get(uint32_t(i))->size());
  }
  return strides;
}

} // namespace

std::vector<int> coordinates(const fb::Plan &plan, int rank) {
  const Axes &axes = axesOf(plan);
  std::vector<int> result(axes.size());
  for (size_t i = axes.size(); i-- > 0;) {
    int size = int(axes.Get(uint32_t(i))->size());
    result[i] = rank % size;
    rank /= size;
  }
  return result;
}

std::vector<bool> axesOfGroup(const fb::Plan &plan, uint32_t group) {
  std::vector<bool> listed(axesOf(plan).size());
  for (uint32_t axis : *plan.groups()->Get(group)->axes()) {
    listed[axis] = true;
  }
  return listed;
}

std::vector<int> groupMembers(const fb::Plan &plan, uint32_t group, int rank) {
  std::vector<bool> listed = axesOfGroup(plan, group);
  std::vector<int> own = coordinates(plan, rank), strides = rankStrides(plan);
  for (size_t i = 0; i < own.size(); ++i) {
    rank -= listed[i] ? own[i] * strides[i] : 0;
  }
  // Unrolled axis by axis, the major one first.
  std::vector<int> members = {rank};
  for (uint32_t axis : *plan.groups()->Get(group)->axes()) {
    std::vector<int> wider;
    for (int member : members) {
      for (int k = 0; k < int(axesOf(plan).Get(axis)->size()); ++k) {
        wider.push_back(member + k * strides[axis]);
      }
    }
    members = std::move(wider);
  }
  return members;
}

uint32_t partsOver(const fb::Plan &plan,
                   const flatbuffers::Vector<uint32_t> &axes) {
  uint32_t parts = 1;
  for (uint32_t axis : axes) {
    parts *= axesOf(plan).Get(axis)->size();
  }
  return parts;
}

uint32_t indexOver(const fb::Plan &plan,
                   const flatbuffers::Vector<uint32_t> &axes, int rank) {
  std::vector<int> own = coordinates(plan, rank);
  uint32_t index = 0;
  for (uint32_t axis : axes) {
    index = index * axesOf(plan).Get(axis)->size() + uint32_t(own[axis]);
  }
  return index;
}

uint32_t groupSize(const fb::Plan &plan, uint32_t group) {
  return partsOver(plan, *plan.groups()->Get(group)->axes());
}

uint32_t groupIndex(const fb::Plan &plan, uint32_t group, int rank) {
  return indexOver(plan, *plan.groups()->Get(group)->axes(), rank);
}

int64_t rowsOf(const fb::Plan &plan, const fb::Input &input) {
  uint32_t parts = partsOver(plan, *input.sharding()->Get(0)->axes());
  return input.rows() ? input.rows() : input.global_shape()->Get(0) / parts;
}

} // namespace sft::rt
