//===- Mesh.h - Ranks, coordinates and groups -------------------*- C++ -*-===//
//
// Beside groupMembers and coordinates (PlanFile.h), what the verifier and
// sft-plan ask. Indices must have been verified.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sft::fb {
struct Plan;
}

namespace sft::rt {

/// For each mesh axis, whether the group spans it.
std::vector<bool> axesOfGroup(const fb::Plan &plan, uint32_t group);
/// The group's axes as people write them: "data,tensor". All parts of an axis,
/// "tensor:0,tensor:1", in order are the axis.
std::string axesText(const fb::Plan &plan, uint32_t group);
/// "data=2,tensor=4", an axis in parts as one.
std::string meshText(const fb::Plan &plan);
/// Number of members.
uint32_t groupSize(const fb::Plan &plan, uint32_t group);
/// The rank's index in its group, as `peer` and `root` count.
uint32_t groupIndex(const fb::Plan &plan, uint32_t group, int rank);

} // namespace sft::rt
