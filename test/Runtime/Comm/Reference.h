//===- Reference.h - Collectives computed serially --------------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt::test {

using Bytes = std::vector<std::byte>;

/// What `rank` puts in: `count` values that depend on rank and index alone,
/// large enough in magnitude that the order of summation shows in the result.
Bytes makeInput(int rank, size_t count, DataType type);

/// The reduction of equally long `inputs` as a balanced tree.
Bytes reduceInTree(const std::vector<Bytes> &inputs, DataType type,
                   ReduceKind kind);

/// Inputs of `ranks` ranks.
std::vector<Bytes> makeInputs(int ranks, size_t count, DataType type);

} // namespace sft::rt::test
