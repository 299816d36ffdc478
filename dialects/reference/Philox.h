//===- Philox.h - Counter-based random numbers ------------------*- C++ -*-===//
#pragma once

#include <array>
#include <cstdint>

namespace sft::reference {

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
/// as 1, 2, 3; SC 2011): four random words for a counter and a key.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

} // namespace sft::reference
