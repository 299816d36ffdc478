//===- cpu/CpuPrimitive.h - Products by oneDNN's primitives -----*- C++ -*-===//
//
// All throw as oneDNN does; its C++ interface only prepares.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device/cpu/Routine.h"
#include "runtime/device/cpu/Scratch.h"

#include <dnnl.hpp>

namespace sft::rt {

/// Any product: strides, batches, bias, activation.
std::unique_ptr<PreparedContract>
prepareMatmul(const ContractDesc &desc, const dnnl::stream &stream,
              std::shared_ptr<Scratch> scratch);

/// Dense operands by rows and alpha 1; `product` is blasProductOf(desc).
std::unique_ptr<PreparedContract>
prepareInnerProduct(const ContractDesc &desc, const BlasProduct &product,
                    const dnnl::stream &stream,
                    std::shared_ptr<Scratch> scratch);

} // namespace sft::rt
