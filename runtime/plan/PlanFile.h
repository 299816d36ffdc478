//===- PlanFile.h - Reading and verifying a plan file -----------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"
#include "runtime/plan/PlanHeader.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sft::fb {
struct Plan;
}

namespace sft::rt {

/// A loaded plan whose structure has been verified. Nothing of it has been
/// executed or mapped as code.
class PlanFile {
public:
  /// Reads and verifies; see verifyPlan. Errors carry the path.
  static Expected<std::unique_ptr<PlanFile>> load(const std::string &path);
  /// The same from memory (tests, fuzzers, the C API).
  static Expected<std::unique_ptr<PlanFile>>
  fromBytes(std::vector<std::byte> bytes);

  const fb::Plan &plan() const { return *root; }
  std::span<const std::byte> blob(uint32_t index) const;
  /// The whole-file hash as 32 hex digits: the plan's name.
  std::string digest() const;
  const std::string &path() const { return path_; }
  uint16_t minorVersion() const;

private:
  PlanFile() = default;
  std::string path_;
  std::vector<std::byte> bytes;
  const fb::Plan *root = nullptr;
};

/// Checks what FlatBuffers cannot: kinds, ranges, alignment, lifetimes,
/// definition before use, groups, and that all ranks' communication matches
/// in order, kind, type and size and cannot deadlock under rendezvous
/// semantics. `fileBytes` bounds the blobs. Errors are Data (65).
Status verifyPlan(const fb::Plan &plan, uint64_t fileBytes);

/// Ranks of the group of `rank` over the given axes, the major axis first.
std::vector<int> groupMembers(const fb::Plan &plan, uint32_t group, int rank);
/// The rank's coordinate on each mesh axis.
std::vector<int> coordinates(const fb::Plan &plan, int rank);

} // namespace sft::rt
