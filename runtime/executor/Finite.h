//===- Finite.h - Looking for NaN and Inf -----------------------*- C++ -*-===//
#pragma once

#include "runtime/executor/RankProgram.h"

namespace sft::rt {

/// The first Guard output that is not finite, or null.
const OutputValue *findBrokenGuard(std::span<const OutputValue> outputs);

/// The first f32 or f64 Input, Parameter or State buffer of the arena that
/// holds NaN or Inf, or null.
const fb::Buffer *findNonFinite(const fb::Program &program,
                                const std::byte *arena);

} // namespace sft::rt
