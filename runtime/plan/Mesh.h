//===- Mesh.h - Ranks, coordinates and groups -------------------*- C++ -*-===//
//
// Beside groupMembers and coordinates (PlanFile.h), what the verifier and
// sft-plan ask. Indices must have been verified.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/plan_generated.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sft::rt {

/// For each mesh axis, whether the group spans it.
std::vector<bool> axesOfGroup(const fb::Plan &plan, uint32_t group);
/// In how many parts a dimension is cut over these axes, and which of them the
/// rank holds.
uint32_t partsOver(const fb::Plan &plan,
                   const flatbuffers::Vector<uint32_t> &axes);
uint32_t indexOver(const fb::Plan &plan,
                   const flatbuffers::Vector<uint32_t> &axes, int rank);
/// Rows of an input that each rank has room for.
int64_t rowsOf(const fb::Plan &plan, const fb::Input &input);
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
