//===- Dataset.h - Named arrays whose rows are samples ----------*- C++ -*-===//
//
// Readers never execute anything in a file, never read outside it, and need at
// most twice its size plus 64 MiB.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/comm/Communicator.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sft::rt {

/// A dense array: dims[0] rows, C order, host byte order.
struct DenseArray {
  std::string name;
  DataType type = DataType::F32;
  std::vector<int64_t> dims;
  /// Points into `storage` (or into memory that `storage` keeps alive).
  const std::byte *data = nullptr;
  std::shared_ptr<const void> storage;

  int64_t rows() const { return dims.empty() ? 1 : dims[0]; }
  int64_t rowElements() const;
};

/// A sparse matrix in CSR form with columns from 0.
struct CsrArray {
  std::string name;
  int64_t columns = 0; ///< 1 + the largest index that occurs
  std::vector<int64_t> rowOffsets;
  std::vector<int32_t> columnIndices;
  std::vector<float> values;

  int64_t rows() const { return int64_t(rowOffsets.size()) - 1; }
};

/// What a data file holds. A .csv gives one f32 array of shape [rows] for each
/// column of its header; a libsvm text gives the CSR array "x" and the dense
/// f32 array "label".
struct Dataset {
  std::string path;
  std::vector<DenseArray> dense;
  std::vector<CsrArray> sparse;

  const DenseArray *findDense(const std::string &name) const;
  const CsrArray *findSparse(const std::string &name) const;
};

struct ReadOptions {
  uint64_t maxBytes = uint64_t(16) << 30; ///< refuse larger content
};

/// Opens by content first, then by suffix: .npz .npy .safetensors .svm .libsvm
/// .txt .csv. NoInput (66) where it cannot be opened, Data (65) with line or
/// offset where it is malformed.
Expected<std::shared_ptr<const Dataset>>
openDataset(const std::string &path, const ReadOptions &options = {});

// The readers alone, from memory, for tests and fuzzers.
Expected<Dataset> readNpy(std::span<const std::byte> file,
                          const std::string &name);
Expected<Dataset> readNpz(std::span<const std::byte> file,
                          const ReadOptions &options = {});
Expected<Dataset> readLibsvm(std::span<const std::byte> file);
Expected<Dataset> readCsv(std::span<const std::byte> file);

/// What a model input needs of a data set.
struct InputSpec {
  std::string name;
  bool csr = false;
  DataType type = DataType::F32;
  std::vector<int64_t> globalShape; ///< dims[0] is the global batch
  int64_t capacity = 0;             ///< csr: non-zeros one rank can take
  int64_t firstRow = 0, rows = 0;   ///< this rank's part of the global batch
};

/// A bijection on [0, n): row i of epoch e, drawn by a keyed Feistel network
/// over a counter (no table, any element in O(1), the same on every rank).
class Shuffle {
public:
  Shuffle(uint64_t rows, uint64_t seed, uint64_t epoch);
  uint64_t operator()(uint64_t index) const;

private:
  uint64_t rows;
  unsigned halfBits;
  uint32_t keys[4];
};

/// The rows of one step, bound to a model's inputs. One for each rank; `load`
/// neither allocates nor fails.
class BatchReader {
public:
  /// Matches arrays to inputs. Dense inputs convert between f32/f64 and
  /// between integer types where nothing is lost; a dense input of K elements a
  /// row can be made of CSV columns "name.0".."name.K-1", or of all
  /// columns that no other input names, in order, where there are K; a dense
  /// input can be filled from a CSR array. Config (78) where names, shapes or
  /// types do not fit, naming what the file has.
  static Expected<std::unique_ptr<BatchReader>>
  create(std::shared_ptr<const Dataset> data, std::vector<InputSpec> inputs);
  virtual ~BatchReader() = default;

  virtual int64_t rows() const = 0;
  /// Whether the data has this input at all (a prediction needs no labels).
  virtual bool has(size_t input) const = 0;
  /// Writes this rank's rows of global batch `batch` in the order of
  /// `shuffle` (null: file order) to `buffers` of input `input`; rows past the
  /// end repeat the last row. Csr: {row offsets, column indices, values}.
  virtual void load(size_t input, int64_t batch, const Shuffle *shuffle,
                    void *const *buffers) const = 0;
};

} // namespace sft::rt
