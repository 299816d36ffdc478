//===- Verify.h - The parts of verifyPlan -----------------------*- C++ -*-===//
//
// Each part assumes what the ones before it have checked; verifyPlan calls
// them in this order. FlatBuffers has checked that every table, vector and
// string lies in the file: nothing else.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/PlanWalk.h"

#include <map>
#include <set>

namespace sft::rt::verify {

/// Error numbers, printed as SFT01nn; README.md lists them.
enum Id : int {
  CannotRead = 101,
  NotRegular = 102,
  TooShort = 103,
  NotAPlan = 104,
  BadVersion = 105,
  BadFeature = 106,
  BadSize = 107,
  BadHash = 108,
  BadFlatBuffer = 109,
  BadMesh = 110,
  BadGroup = 111,
  BadBlob = 112,
  BadEnum = 113,
  BadIndex = 114,
  BadBuffer = 115,
  BadArena = 116,
  Overlap = 117,
  BadView = 118,
  BadTensor = 119,
  BadKernel = 120,
  BadTable = 121,
  BadCall = 122,
  BadInstruction = 123,
  BadOperand = 124,
  ReadBeforeWrite = 125,
  ForbiddenWrite = 126,
  BadEvent = 127,
  BadPeer = 128,
  Unmatched = 129,
  Deadlock = 130,
  BadStream = 131,
  Race = 132,
};

// What no honest plan exceeds; the bounds keep arithmetic and time in check.
inline constexpr uint64_t kMaxRanks = 1 << 20;
inline constexpr int64_t kMaxExtent = int64_t(1) << 40;
inline constexpr uint32_t kMaxDims = 16;
inline constexpr uint32_t kMaxArguments = 1 << 12;
inline constexpr uint32_t kMaxViewDepth = 8;
inline constexpr uint32_t kMaxCallDepth = 32;
inline constexpr uint32_t kMaxMicrobatch = 1 << 20;
inline constexpr uint32_t kMaxStreams = 64;
inline constexpr uint32_t kMaxEvents = 1 << 20;
/// Instructions of one entry with its calls expanded.
inline constexpr uint64_t kMaxExpanded = 1 << 24;

/// An error of the plan (65).
inline Status malformed(Id id, std::string message) {
  return Status::error(Code::Data, id, std::move(message));
}

/// Error unless `index` < `size`; `what` names the indexed.
Status checkIndex(uint64_t index, uint64_t size, const char *what);
/// Error unless an enum's value is at most `max`.
template <typename Enum>
Status checkEnum(Enum value, Enum max, const char *what) {
  return value <= max ? Status()
                      : malformed(BadEnum, format("unknown %s %u", what,
                                                  unsigned(value)));
}
/// Error unless the list has at most kMaxDims extents of 0..kMaxExtent, at an
/// address where they can be read (FlatBuffers does not check that).
Status checkExtents(const flatbuffers::Vector<int64_t> &extents,
                    const char *what);
/// How a tensor is cut: `global` and `sharding` may be null (not cut).
Status checkSharding(
    const fb::Plan &plan, const flatbuffers::Vector<int64_t> *global,
    const flatbuffers::Vector<flatbuffers::Offset<fb::DimSharding>> *sharding,
    uint32_t dims);
/// Error unless the parts of a dimension add up to it or, padded, to as much
/// more as the ranks can make of it. No sharding: one part.
Status checkParts(const fb::Plan &plan, const fb::DimSharding *sharding,
                  int64_t global, int64_t local);

/// Indices that the ranks of one program have in a group.
class Roles {
public:
  Roles(const fb::Plan &plan, uint32_t program)
      : plan(plan), program(program) {}
  const std::set<uint32_t> &indices(uint32_t group);

private:
  const fb::Plan &plan;
  uint32_t program;
  std::map<uint32_t, std::set<uint32_t>> known;
};

/// False for what only the root does in a program that no root runs.
bool happens(const Access &access, const fb::Instruction &instruction,
             Roles &roles);

/// Axes, rank table, groups.
Status mesh(const fb::Plan &plan);
/// Places, kinds and overlaps of the machine code.
Status blobs(const fb::Plan &plan, uint64_t fileBytes);
/// Ranges, alignment, views, and what may never share bytes.
Status buffers(const fb::Plan &plan, const fb::Program &program);
/// Kernels, inputs, outputs, scalars, entries.
Status tables(const fb::Plan &plan, const fb::Program &program);
/// Names, global shapes and types of parameters agree between programs.
Status tensorsAgree(const fb::Plan &plan);
/// Every instruction by itself.
Status instructions(const fb::Plan &plan, const fb::Program &program,
                    Roles &roles);
/// A contraction's operands (part of instructions).
Status contract(const fb::Program &program, const fb::Contract &contract);
/// No recursion; the expanded length is bounded.
Status calls(const fb::Program &program);
/// Definition before use, no overlap while both live, forbidden writes.
Status lifetimes(const fb::Plan &plan, const fb::Program &program,
                 Roles &roles);
/// Events order what streams do to the same bytes; one stream communicates.
Status streams(const fb::Plan &plan, const fb::Program &program, Roles &roles);
/// All ranks' communication matches and cannot deadlock.
Status communication(const fb::Plan &plan);

} // namespace sft::rt::verify
