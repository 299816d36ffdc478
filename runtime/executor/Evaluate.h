//===- Evaluate.h - Over a whole data set, without training -----*- C++ -*-===//
#pragma once

#include "runtime/executor/Rank.h"
#include "runtime/executor/StepRing.h"

namespace sft::rt {

/// The data bound to the rank's inputs, for runs of `entry`. Config (78) where
/// it does not fit; Data (65) where an input that the entry loads breaks its
/// limits.
Expected<std::unique_ptr<FileBatches>>
openBatches(const std::shared_ptr<const Dataset> &data, Rank &rank,
            fb::EntryKind entry);

/// The Loss (first) and Metric outputs that an entry hands out.
class ScalarOutputs {
public:
  ScalarOutputs(const RankProgram &program, fb::EntryKind entry);

  const std::vector<std::string> &names() const { return names_; }
  std::array<double, kMaxScalars> read() const;

private:
  std::vector<const OutputValue *> values;
  std::vector<std::string> names_;
};

/// The mean of each ScalarOutputs value over *all* rows of the data, also where
/// the batch does not divide them. Of the last, partial batch only the mean P
/// over its r rows and B - r repetitions of the last row is known, so a batch
/// of B repetitions (mean Q) is evaluated too: the r rows' sum is
/// B P - (B - r) Q.
Expected<std::array<double, kMaxScalars>> evaluate(Rank &rank,
                                                   FileBatches &data);

/// The rows of a Prediction output for all rows of a data set.
struct Prediction {
  std::string name;
  DataType type;
  std::vector<int64_t> dims;
  std::vector<std::byte> data;
};

/// Runs Predict over all rows; the last batch is padded and the result cut.
Expected<std::vector<Prediction>> predict(Rank &rank, FileBatches &data);

} // namespace sft::rt
