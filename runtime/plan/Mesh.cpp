#include "runtime/plan/Mesh.h"

#include "runtime/plan/PlanFile.h"
#include "runtime/plan/plan_generated.h"

#include <algorithm>
#include <numeric>
#include <span>

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

std::string nameOf(const fb::Plan &plan, uint32_t axis) {
  return axesOf(plan).Get(axis)->name()->str();
}

/// "tensor" of "tensor:1", and of "tensor".
std::string ownerOf(const fb::Plan &plan, uint32_t axis) {
  std::string name = nameOf(plan, axis);
  return name.substr(0, name.find(':'));
}

using AxisList = std::vector<uint32_t>;

AxisList allAxes(const fb::Plan &plan) {
  AxisList all(axesOf(plan).size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// The axis of this name, or all its parts, major first.
AxisList axesOwnedBy(const fb::Plan &plan, const std::string &owner) {
  AxisList all = allAxes(plan);
  std::erase_if(all,
                [&](uint32_t axis) { return ownerOf(plan, axis) != owner; });
  return all;
}

/// Cuts a list where a name ends; calls f(name, the axes that it stands for).
template <typename F>
void forEachName(const fb::Plan &plan, std::span<const uint32_t> axes, F f) {
  while (!axes.empty()) {
    std::string owner = ownerOf(plan, axes.front());
    AxisList parts = axesOwnedBy(plan, owner);
    bool areAll = parts.size() <= axes.size() &&
                  std::equal(parts.begin(), parts.end(), axes.begin());
    auto named = axes.first(areAll ? parts.size() : 1);
    f(areAll ? owner : nameOf(plan, axes.front()), named);
    axes = axes.subspan(named.size());
  }
}

} // namespace

std::string axesText(const fb::Plan &plan, uint32_t group) {
  const auto &list = *plan.groups()->Get(group)->axes();
  std::string text;
  forEachName(plan, AxisList(list.begin(), list.end()),
              [&](const std::string &name, std::span<const uint32_t>) {
                text += (text.empty() ? "" : ",") + name;
              });
  return text;
}

std::string meshText(const fb::Plan &plan) {
  std::string text;
  forEachName(plan, allAxes(plan),
              [&](const std::string &name, std::span<const uint32_t> axes) {
                uint32_t size = 1;
                for (uint32_t axis : axes) {
                  size *= axesOf(plan).Get(axis)->size();
                }
                text += (text.empty() ? "" : ",") + name + "=" +
                        std::to_string(size);
              });
  return text;
}

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
