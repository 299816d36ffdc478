//===- Binding.h - Which array feeds which input ----------------*- C++ -*-===//
#pragma once

#include "runtime/data/Gather.h"

namespace sft::rt {

/// One source for each input; gather is null where the data lacks the input.
struct Bound {
  std::vector<RowSource> sources;
  int64_t rows = 0; ///< of every array that is bound
};

/// Binds by the rules of BatchReader::create.
Expected<Bound> bindInputs(const Dataset &data,
                           std::span<const InputSpec> inputs);

} // namespace sft::rt
