//===- PlanHash.h - The hash that names a plan ------------------*- C++ -*-===//
#pragma once

#include "runtime/plan/PlanHeader.h"

#include <cassert>
#include <cstring>
#include <span>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sft::rt {

/// Computes the hash field for a complete file image whose header is filled
/// in but for `hash`: XXH3-128 in canonical byte order, over the image as if
/// the field were zero. `file` holds at least a header.
inline std::array<uint8_t, 16> hashPlanFile(std::span<const std::byte> file) {
  assert(file.size() >= sizeof(PlanHeader) && "a plan begins with its header");
  PlanHeader header;
  std::memcpy(&header, file.data(), sizeof(header));
  header.hash = {};
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, &header, sizeof(header));
  XXH3_128bits_update(&state, file.data() + sizeof(header),
                      file.size() - sizeof(header));
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
  std::array<uint8_t, 16> hash;
  std::memcpy(hash.data(), canonical.digest, hash.size());
  return hash;
}

} // namespace sft::rt
