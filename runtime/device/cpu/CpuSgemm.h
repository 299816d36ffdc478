//===- cpu/CpuSgemm.h - Products by oneDNN's sgemm --------------*- C++ -*-===//
#pragma once

#include "runtime/device/cpu/Routine.h"
#include "runtime/device/cpu/Scratch.h"

#include <dnnl.hpp>

namespace sft::rt {

/// out = alpha * lhs x rhs + beta * out; `copyRhs`: of a copy of rhs by rows.
/// Throws as oneDNN does.
std::unique_ptr<PreparedContract>
prepareSgemm(const BlasProduct &product, float alpha, float beta, bool copyRhs,
             const dnnl::stream &stream, std::shared_ptr<Scratch> scratch);

} // namespace sft::rt
