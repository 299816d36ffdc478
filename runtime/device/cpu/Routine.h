//===- cpu/Routine.h - Which routine of oneDNN does a product ---*- C++ -*-===//
//
// oneDNN has three ways to multiply f32 matrices. Its matmul primitive takes
// any strides and batches, but copies a transposed operand, which costs it 5 to
// 15 %. Its sgemm and its inner product pack both operands into panels, which
// makes a transposed left one free; the first has neither bias nor activation,
// the second wants dense operands, and both are slow where a result is narrow.
// runtime/device/README.md has the figures.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device/Device.h"

#include <optional>

namespace sft::rt {

/// A matrix as BLAS takes it.
struct BlasMatrix {
  float *data;
  int64_t rows, columns;
  int64_t leading; ///< elements from one row (column if transposed) to the next
  bool transposed; ///< columns are contiguous, not rows

  bool isDense() const { return leading == (transposed ? rows : columns); }
};

struct BlasProduct {
  BlasMatrix lhs, rhs, out;
};

/// Nothing for batches, other types and strides that BLAS does not know.
std::optional<BlasProduct> blasProductOf(const ContractDesc &desc);

/// Most columns of a result that sgemm and inner product compute at once, as
/// the memory for their panels grows with them.
constexpr int64_t kMostColumns = 2048;

enum class Routine : uint8_t {
  Matmul,
  Sgemm,
  SgemmOfCopy, ///< of a copy of rhs by rows
  InnerProduct,
};

/// As far as layouts and sizes tell, the fastest; `product` is
/// blasProductOf(desc). Depends on nothing else, so that a plan's bits do not
/// change from run to run.
Routine chooseRoutine(const ContractDesc &desc,
                      const std::optional<BlasProduct> &product);

} // namespace sft::rt
