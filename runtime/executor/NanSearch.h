//===- NanSearch.h - Where a step ceased to be finite -----------*- C++ -*-===//
#pragma once

#include "runtime/executor/RankProgram.h"

namespace sft::rt {

/// What of a rank the search needs.
struct NanSearchSite {
  const fb::Plan *plan;
  const fb::Program *program;
  const std::byte *arena;
  RankProgram *running;
  RunContext *context;
  Communicator *world;
};

/// After a guard broke: which tensor held NaN or Inf first, on which rank,
/// written by what; then the loss and the gradients that are not finite. Runs
/// Gradients once more on the same batch and looks at everything that is
/// written, so that a step that goes well pays nothing. Collective: every rank
/// gets the same answer.
Expected<std::string> findNanOrigin(const NanSearchSite &site);

} // namespace sft::rt
