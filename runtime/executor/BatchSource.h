//===- BatchSource.h - Where a step's rows come from ------------*- C++ -*-===//
#pragma once

#include "runtime/data/Dataset.h"

namespace sft::rt {

/// Fills a rank's input buffers; used by the rank's thread. `load` neither
/// allocates nor fails.
class BatchSource {
public:
  virtual ~BatchSource() = default;
  /// Dense: {rows}. Csr: {row offsets, column indices, values}.
  virtual void load(size_t input, void *const *buffers) = 0;
};

/// Batches of a data file.
class FileBatches final : public BatchSource {
public:
  explicit FileBatches(std::unique_ptr<BatchReader> reader)
      : reader(std::move(reader)) {}

  /// Later loads take global batch `batch` in the order of `shuffle`, which
  /// must outlive them (null: file order).
  void select(int64_t batch, const Shuffle *shuffle) {
    this->batch = batch;
    this->shuffle = shuffle;
  }
  int64_t rows() const { return reader->rows(); }
  bool has(size_t input) const { return reader->has(input); }

  void load(size_t input, void *const *buffers) override {
    if (reader->has(input)) {
      reader->load(input, batch, shuffle, buffers);
    }
  }

private:
  std::unique_ptr<BatchReader> reader;
  int64_t batch = 0;
  const Shuffle *shuffle = nullptr;
};

/// A *global* batch in the caller's memory.
struct CallerInput {
  const void *data = nullptr;          ///< rows, or the values of a CSR batch
  const int64_t *rowOffsets = nullptr; ///< csr: batch + 1
  const int32_t *columnIndices = nullptr; ///< csr
};

/// Takes a rank's rows out of CallerInputs.
class CallerBatches final : public BatchSource {
public:
  explicit CallerBatches(std::vector<InputSpec> specs)
      : specs(std::move(specs)) {}

  /// Config (78, SFT0306) where a rank's rows hold more non-zeros than the
  /// plan has room for. `inputs` must outlive later loads.
  Status select(std::span<const CallerInput> inputs);
  void load(size_t input, void *const *buffers) override;

private:
  std::vector<InputSpec> specs;
  std::span<const CallerInput> inputs;
};

} // namespace sft::rt
