//===- reference/Tensor.h - A value in the interpreter ----------*- C++ -*-===//
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <vector>

namespace sft::reference {

/// A dense tensor, row-major, every element a double (integers up to 2^53 are
/// exact, booleans are 0 and 1); or a batch of sparse rows.
struct Tensor {
  llvm::SmallVector<int64_t> shape;
  std::vector<double> data; ///< CSR: the stored values
  /// CSR only: offsets of each row in data (rows + 1), and columns.
  std::vector<int64_t> rowOffsets, columns;

  Tensor() = default;
  explicit Tensor(llvm::ArrayRef<int64_t> shape, double value = 0.0);

  int64_t rank() const { return int64_t(shape.size()); }
  int64_t size() const;
  double &operator[](int64_t i) { return data[size_t(i)]; }
  double operator[](int64_t i) const { return data[size_t(i)]; }
  /// Row-major position of an index.
  int64_t position(llvm::ArrayRef<int64_t> index) const;
};

/// Calls f(index) for each index of a box, row-major.
template <typename F> void forEachIndex(llvm::ArrayRef<int64_t> shape, F f) {
  llvm::SmallVector<int64_t> index(shape.size(), 0);
  for (int64_t dim : shape) {
    if (dim == 0) {
      return;
    }
  }
  while (true) {
    f(llvm::ArrayRef<int64_t>(index));
    int64_t d = int64_t(shape.size()) - 1;
    while (d >= 0 && ++index[size_t(d)] == shape[size_t(d)]) {
      index[size_t(d--)] = 0;
    }
    if (d < 0) {
      return;
    }
  }
}

} // namespace sft::reference
