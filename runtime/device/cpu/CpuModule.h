//===- cpu/CpuModule.h - Kernels from a shared object -----------*- C++ -*-===//
#pragma once

#include "runtime/device/Device.h"

namespace sft::rt {

/// Maps `blob`, a shared object, without a file: a sealed memfd is opened by
/// the dynamic linker. Data (65, SFT0603) where the linker refuses it.
Expected<std::shared_ptr<Module>>
loadCpuModule(std::span<const std::byte> blob);

} // namespace sft::rt
