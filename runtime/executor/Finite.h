//===- Finite.h - Looking for NaN and Inf -----------------------*- C++ -*-===//
#pragma once

#include "runtime/executor/RankProgram.h"

namespace sft::rt {

/// The first Guard output that is not finite, or null.
const OutputValue *findBrokenGuard(std::span<const OutputValue> outputs);

enum class Finiteness : uint8_t { Finite, Inf, NaN };

/// The worst that an f32 or f64 buffer of the arena holds; others are finite.
Finiteness finiteness(const fb::Buffer &buffer, const std::byte *arena);

} // namespace sft::rt
