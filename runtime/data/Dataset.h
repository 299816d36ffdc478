//===- Dataset.h - Named arrays whose rows are samples ----------*- C++ -*-===//
//
// Readers never execute anything in a file, never read outside it, and need at
// most twice its size plus 64 MiB (of an archive: of its content). Three
// exceptions: 8- and 16-bit numbers are widened to 32 bits, CSV text of
// one-digit cells takes 4 bytes for every 2, a token of a plain text 4.
//
// Sparse matrices in .npz and .safetensors are three arrays, as scipy names
// them: x.indptr (i32/i64, rows + 1), x.indices (i32/i64), x.data (f32). They
// become the CSR array "x"; columns ascend within a row.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/comm/Communicator.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sft::rt {

/// A dense array: dims[0] rows, C order, host byte order. `data` need not be
/// aligned to its type. Types of a file that the runtime does not have are
/// widened: bool, u8, i16, u16 to i32; u32, u64 to i64; f16 to f32.
struct DenseArray {
  std::string name;
  DataType type = DataType::F32;
  std::vector<int64_t> dims;
  /// Points into `storage` (or into memory that `storage` keeps alive); where
  /// `storage` is null, into the bytes that a reader was given.
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

/// A CSV column that is no array of numbers, and the first cell that says so.
struct UnusableColumn {
  std::string name, reason;
};

/// What a data file holds. A .csv gives one f32 array of shape [rows] for each
/// column of its header; a libsvm text gives the CSR array "x" and the dense
/// f32 array "label".
struct Dataset {
  std::string path;
  std::vector<DenseArray> dense;
  std::vector<CsrArray> sparse;
  std::vector<UnusableColumn> unusable;
  /// Of a plain text, and nothing else: a token a byte, which is the byte's
  /// place in the vocabulary.
  std::shared_ptr<const std::vector<int32_t>> tokens;
  /// The bytes that occur in the text that was trained on, ascending. Saved
  /// with the parameters, so that later texts are numbered alike.
  std::string vocabulary;
  std::vector<std::string> warnings;
  bool table = false; ///< the dense arrays are the columns of a table

  const DenseArray *findDense(const std::string &name) const;
  const CsrArray *findSparse(const std::string &name) const;
  /// "x: f32[100x13], label: i32[100]", cut after twenty names.
  std::string describe() const;
};

struct ReadOptions {
  uint64_t maxBytes = uint64_t(16) << 30; ///< refuse larger content
  std::string vocabulary;                 ///< for a text; "": its own bytes
};

/// Opens by content first, then by suffix: .npz .npy .safetensors .svm .libsvm
/// .txt .csv. A .txt is libsvm if its first line is, else a plain text. NoInput
/// (66) where it cannot be opened, Data (65) with line or offset where it is
/// malformed.
Expected<std::shared_ptr<const Dataset>>
openDataset(const std::string &path, const ReadOptions &options = {});

// The readers alone, from memory, for tests and fuzzers. Arrays may point into
// `file`. openDataset sets `storage`.
Expected<Dataset> readNpy(std::span<const std::byte> file,
                          const std::string &name);
Expected<Dataset> readNpz(std::span<const std::byte> file,
                          const ReadOptions &options = {});
/// Lines "label [qid:N] index:value ... [# comment]", indices from 1 and
/// ascending. CRLF and blank lines are fine.
Expected<Dataset> readLibsvm(std::span<const std::byte> file);
/// Whether the first line that says something is one of libsvm.
bool isLibsvm(std::span<const std::byte> file);
/// Any bytes. Data (65, SFT0225) for one that `vocabulary` lacks, with its
/// offset; an empty vocabulary stands for the bytes that occur.
Expected<Dataset> readText(std::span<const std::byte> file,
                           const std::string &vocabulary = "");
/// A vocabulary as the metadata "vocabulary" of saved parameters, and back;
/// nothing where the text is none.
std::string hexOf(const std::string &vocabulary);
std::optional<std::string> vocabularyOf(const std::string &hex);
/// A header that names the columns, then rows of as many cells. Cells may be
/// quoted ("" is a quote) but not broken over lines; a byte order mark, CRLF,
/// blanks around cells and blank lines are fine; the decimal mark is a point.
/// A column with an empty, non-numeric, NaN or infinite cell is `unusable`:
/// an error only for the model that needs it.
Expected<Dataset> readCsv(std::span<const std::byte> file);

/// What a model input needs of a data set.
struct InputSpec {
  std::string name;
  bool csr = false;
  DataType type = DataType::F32;
  std::vector<int64_t> globalShape; ///< dims[0] is the global batch
  int64_t capacity = 0;             ///< csr: non-zeros one rank can take
  /// csr: this rank's rows stand in so many equal blocks, each with its share
  /// of the capacity and offsets of its own.
  int64_t blocks = 1;
  /// Values used as indices lie in [0, limit): empty, one limit, or one for
  /// each element of a row; 0 is none.
  std::vector<uint64_t> limits;
  int64_t firstRow = 0, rows = 0; ///< this rank's part of the global batch
  /// Of these rows, those before the batch's end; zeros stand behind them.
  int64_t filled() const {
    return std::clamp<int64_t>(globalShape[0] - firstRow, 0, rows);
  }
};

/// A bijection on [0, n): row i of epoch e, drawn by a keyed Feistel network
/// over a counter (no table, any element in O(1), the same on every rank).
/// Six rounds of a SplitMix64 hash of one half of the bits and a round key; an
/// image outside [0, n) is encrypted again until it falls inside (cycle
/// walking, fewer than four times on average), which keeps it a bijection.
class Shuffle {
public:
  Shuffle(uint64_t rows, uint64_t seed, uint64_t epoch);
  uint64_t operator()(uint64_t index) const;
  /// Replaces each index by its image; quicker than one at a time.
  void map(std::span<int64_t> indices) const;
  bool operator==(const Shuffle &) const = default;

private:
  static constexpr int kRounds = 6;
  uint64_t encrypt(uint64_t value) const;

  uint64_t rows;
  unsigned halfBits;
  uint32_t keys[kRounds];
};

/// The rows of one step, bound to a model's inputs. One for each rank; `load`
/// neither allocates nor fails. All data is in memory, so that a batch is
/// gathered straight into the plan's buffers (README.md has the figures; a
/// staging thread would copy twice and take a core from the ranks).
class BatchReader {
public:
  /// Matches arrays to inputs. Dense inputs convert between f32/f64 and
  /// between integer types where nothing is lost; a dense input of K elements a
  /// row can be made of CSV columns "name.0".."name.K-1", or of all
  /// columns that no other input names, in order, where there are K; a dense
  /// input can be filled from a CSR array; floats become integers where all are
  /// whole. A plain text fills the integer input "tokens" [batch, length] with
  /// its pieces of `length` tokens, one after another, and "targets" with the
  /// tokens that follow each of them. Config (78) where names, shapes or types
  /// do not fit, naming what the file has, or where some `rows` rows hold more
  /// non-zeros than `capacity`; Data (65) where there is no sample, where
  /// arrays disagree on the number of rows, or where a column that is needed is
  /// unusable.
  static Expected<std::unique_ptr<BatchReader>>
  create(std::shared_ptr<const Dataset> data, std::vector<InputSpec> inputs);
  virtual ~BatchReader() = default;

  virtual int64_t rows() const = 0;
  /// Whether the data has this input at all (a prediction needs no labels).
  virtual bool has(size_t input) const = 0;
  /// Writes this rank's rows of global batch `batch` in the order of
  /// `shuffle` (null: file order) to `buffers` of input `input`. Csr: {i32 row
  /// offsets [rows + blocks], i32 column indices [capacity], f32 values
  /// [capacity]}; unused entries are zero, provided that the buffers were
  /// zeroed before the first load. Rows past the end repeat the last row, of a
  /// CSR input they are empty.
  virtual void load(size_t input, int64_t batch, const Shuffle *shuffle,
                    void *const *buffers) const = 0;
  /// Checks all rows of an input against its limits; Data (65, SFT0221) with
  /// the sample's index.
  virtual Status checkIndices(size_t input) const = 0;
};

/// Checks rows of a dense input, as a plan's buffer holds them, against its
/// limits. `firstSample` is the number of the first row in the message.
Status checkIndices(const InputSpec &spec, const void *rows, int64_t count,
                    int64_t firstSample);

/// Full global batches in one pass over `rows` rows: a training epoch drops the
/// incomplete last one. Data (65, SFT0222) where there is none.
Expected<int64_t> trainingBatches(int64_t rows, int64_t globalBatch);

} // namespace sft::rt
