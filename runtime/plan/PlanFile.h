//===- PlanFile.h - Reading and verifying a plan file -----------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

#include <array>
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

/// Format version. Older minor versions load; another major is refused.
inline constexpr uint16_t kPlanMajor = 1;
inline constexpr uint16_t kPlanMinor = 0;

/// The first bytes of a plan file, little-endian. The FlatBuffer follows at
/// `planOffset`, blobs behind it at 64-byte alignment up to `fileBytes`.
struct PlanHeader {
  std::array<char, 8> magic; ///< "SFTPLAN\n"
  uint16_t major;
  uint16_t minor;
  uint32_t headerBytes; ///< sizeof(PlanHeader)
  uint64_t features;    ///< bits that a loader must know; none yet
  uint64_t planOffset;
  uint64_t planBytes;
  uint64_t fileBytes;
  std::array<uint8_t, 16> hash;  ///< XXH3-128 of the file with this field zero
  std::array<char, 32> producer; ///< sftc version, zero-padded, for messages
};
static_assert(sizeof(PlanHeader) == 96);

inline constexpr char kPlanMagic[9] = "SFTPLAN\n";
/// Refuse larger plans before allocating anything.
inline constexpr uint64_t kMaxPlanBytes = uint64_t(2) << 30;
/// Refuse plans that ask for a larger arena.
inline constexpr uint64_t kMaxArenaBytes = uint64_t(1) << 44;

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

/// Computes the hash field for a complete file image whose header is filled
/// in but for `hash`.
std::array<uint8_t, 16> hashPlanFile(std::span<const std::byte> file);

/// Checks what FlatBuffers cannot: kinds, ranges, alignment, lifetimes,
/// definition before use, groups, and that all ranks' communication matches
/// in order, kind, type and size and cannot deadlock under rendezvous
/// semantics. `fileBytes` bounds the blobs. Errors are Data (65).
Status verifyPlan(const fb::Plan &plan, uint64_t fileBytes);

/// Ranks of the group of `rank` over the given axes, ascending.
std::vector<int> groupMembers(const fb::Plan &plan, uint32_t group, int rank);
/// The rank's coordinate on each mesh axis.
std::vector<int> coordinates(const fb::Plan &plan, int rank);

} // namespace sft::rt
