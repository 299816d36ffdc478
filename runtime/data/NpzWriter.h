//===- NpzWriter.h - Arrays for NumPy ---------------------------*- C++ -*-===//
#pragma once

#include "runtime/checkpoint/Safetensors.h"

namespace sft::rt {

/// Writes each tensor as NAME.npy (version 1.0) into a zip archive of stored
/// members, which numpy.load reads. Written beside `path`, then renamed, see
/// File.h. Config (78, SFT0341, SFT0342) for bf16, which NumPy does not have,
/// and for more than 4 GiB.
Status writeNpz(const std::string &path, std::span<const TensorRef> tensors);

} // namespace sft::rt
