//===- Combine.h - The adding loops -----------------------------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt {

/// out[i] = in[0][i] op in[1][i] op ..., as a balanced tree: the first half
/// (rounded up to a power of two) op the rest, each reduced likewise. Each
/// input starts `skip` bytes behind its pointer. `out` may be one of the inputs
/// or apart from all. bf16 is combined in f32 and rounded once, to nearest
/// even. Integers wrap. A NaN in any input gives NaN, for Max and Min too.
///
/// Runs at the widest vector level that the processor has; the result does
/// not depend on the level.
void combine(std::byte *out, std::span<const std::byte *const> in, size_t skip,
             size_t count, DataType type, ReduceKind kind);

} // namespace sft::rt
