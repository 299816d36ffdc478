//===- Buffers.h - What holds a program's bytes -----------------*- C++ -*-===//
#pragma once

#include "runtime/plan/plan_generated.h"

#include <string>
#include <vector>

namespace sft::tool {

/// A buffer with memory of its own, and the line of the model behind the first
/// instruction that writes it: "" where none does.
struct RootBuffer {
  const fb::Buffer *buffer;
  std::string origin;
};

/// Largest first. Views are left out: their memory is their parents'.
std::vector<RootBuffer> rootsBySize(const fb::Plan &plan,
                                    const fb::Program &program);

} // namespace sft::tool
