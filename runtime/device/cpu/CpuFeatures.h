//===- cpu/CpuFeatures.h - What this machine's processor can ----*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

#include <span>
#include <string>

namespace sft::rt {

/// Ok where the processor has all `features` (LLVM's or the kernel's names,
/// with or without '+'); else Config (78, SFT0601) naming the first that is
/// missing and `chip`, for which the code was made.
Status checkCpuFeatures(const std::string &chip,
                        std::span<const std::string> features);

} // namespace sft::rt
