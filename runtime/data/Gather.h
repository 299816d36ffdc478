//===- Gather.h - Rows of a batch, copied and converted ---------*- C++ -*-===//
#pragma once

#include "runtime/data/Dataset.h"

namespace sft::rt {

/// Which rows a rank's part of a batch is made of.
struct RowOrder {
  const int64_t *rows = nullptr; ///< the data set's row for each
  int64_t filled = 0;            ///< rows of the batch; zeros stand behind them
  /// Rows before the end of the data as well; the others repeat the last one,
  /// and have no entries in a CSR input.
  int64_t valid = 0;

  int64_t operator()(int64_t row) const { return rows[row]; }
};

/// Where an input's rows come from: dense rows or a CSR array.
struct RowSource {
  using Gather = void (*)(const RowSource &source, const RowOrder &order,
                          int64_t rows, void *const *buffers);
  Gather gather = nullptr; ///< null: the data lacks this input

  const std::byte *data = nullptr;
  int64_t elements = 0; ///< of a row
  std::shared_ptr<const void> storage;

  const CsrArray *csr = nullptr;
  int64_t capacity = 0;
  int64_t blocks = 1; ///< of a CSR input, see InputSpec
};

/// The function that fills a dense input of type `to` from dense rows of type
/// `from`, and the check that nothing is lost but by rounding to f32. Null
/// where there is no such conversion.
struct Conversion {
  RowSource::Gather gather = nullptr;
  /// The first of `count` values that `to` cannot hold; nothing: all fit.
  std::optional<int64_t> (*misfit)(const std::byte *data,
                                   int64_t count) = nullptr;
};
Conversion findConversion(DataType from, DataType to);

/// Fill a CSR input, and a dense f32 input, from a CSR array.
void gatherCsr(const RowSource &source, const RowOrder &order, int64_t rows,
               void *const *buffers);
void gatherDenseFromCsr(const RowSource &source, const RowOrder &order,
                        int64_t rows, void *const *buffers);

} // namespace sft::rt
