//===- PlanHeader.h - The first bytes of a plan file ------------*- C++ -*-===//
//
// Shared by the loader and by the compiler's emitter; links against nothing.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace sft::rt {

/// Format version. Older minor versions load; another major is refused.
inline constexpr uint16_t kPlanMajor = 1;
inline constexpr uint16_t kPlanMinor = 2;

/// The first bytes of a plan file, little-endian. The FlatBuffer follows at
/// `planOffset`, blobs behind it at 64-byte alignment up to `fileBytes`.
/// This layout is the same for every version for ever, so that a plan of
/// another major version is told from a damaged one.
struct PlanHeader {
  std::array<char, 8> magic; ///< "SFTPLAN\n"
  uint16_t major;
  uint16_t minor;
  uint32_t headerBytes; ///< sizeof(PlanHeader)
  uint64_t features;    ///< bits that a loader must know; none yet
  uint64_t planOffset;  ///< a multiple of 64
  uint64_t planBytes;
  uint64_t fileBytes;
  std::array<uint8_t, 16> hash;  ///< XXH3-128 of the file with this field zero
  std::array<char, 32> producer; ///< sftc version, zero-padded, for messages
};
static_assert(sizeof(PlanHeader) == 96);
static_assert(std::endian::native == std::endian::little,
              "the header is read as it stands");

inline constexpr char kPlanMagic[9] = "SFTPLAN\n";
/// The FlatBuffer and every blob stand at multiples of this.
inline constexpr uint64_t kPlanAlignment = 64;
/// Refuse larger plans before allocating anything.
inline constexpr uint64_t kMaxPlanBytes = uint64_t(2) << 30;
/// Refuse plans that ask for a larger arena.
inline constexpr uint64_t kMaxArenaBytes = uint64_t(1) << 44;

} // namespace sft::rt
