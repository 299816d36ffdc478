//===- Checkpoint.h - Commit and resume -------------------------*- C++ -*-===//
//
// A checkpoint either is complete and verified, or does not exist.
//
//   DIR/step-00001000/manifest.json            written last, then renamed
//                     model-00001-of-00002.safetensors   one a writing rank
//   DIR/step-00001200.tmp-<runid>/             in progress or dead
//   DIR/latest                                 a hint only
//   DIR/.lock                                  flock'ed by rank 0
//
// Order of a save: temporary directory; each writing rank its file, synced and
// hashed; statuses gathered, any failure cancels on all ranks; manifest; sync;
// rename; sync; `latest`; old ones removed. A failed fsync is never retried.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/checkpoint/Safetensors.h"
#include "runtime/checkpoint/Slices.h"

namespace sft::rt {

/// Where a run stands: what to resume besides tensors.
struct RunState {
  uint64_t step = 0;  ///< steps done
  uint64_t epoch = 0; ///< epochs done
  uint64_t batch = 0; ///< batches of this epoch done
  uint64_t seed = 0;
  bool shuffle = false;
};

/// What must agree between plan and checkpoint.
struct CheckpointIdentity {
  std::string planDigest;
  uint64_t modelFingerprint = 0;
  std::string mesh; ///< "data=2"
  int ranks = 1;
};

/// A part of a logical (global) tensor that this rank holds. It may reach
/// beyond the tensor's end, where parts do not divide it: what stands there is
/// zero, and is never saved.
struct TensorSlice {
  std::string name;
  DataType type;
  std::vector<int64_t> globalDims;
  std::vector<int64_t> offset, size;
  void *data;  ///< read by save, written by resume
  bool writer; ///< this rank saves it (one among replicas)

  /// What `data` has room for, and the part of that which is in the tensor.
  Box box() const { return {offset, size}; }
  Box held() const {
    return intersect(box(), {std::vector<int64_t>(size.size()), globalDims});
  }
  /// Writes zeros behind the end of the tensor, if there is room (and may write
  /// them elsewhere, too).
  void clearPadding() const;
};

struct CheckpointOptions {
  std::string directory;
  int keep = 2; ///< complete checkpoints to keep
};

class Checkpointer {
public:
  /// Creates and locks the directory (rank 0). CannotCreate (73) where that is
  /// not possible, naming the process that holds the lock. Collective over
  /// `world`, as are all calls below.
  static Expected<std::unique_ptr<Checkpointer>>
  open(const CheckpointOptions &options, const CheckpointIdentity &identity,
       Communicator &world);
  virtual ~Checkpointer() = default;

  /// Saves the state before step `state.step`.
  virtual Status save(const RunState &state,
                      std::span<const TensorSlice> slices) = 0;
};

/// Loads the newest verified checkpoint of `directory` (or, where
/// `directory` is itself a step-N folder, exactly that one) into the slices.
/// Any mesh may have written it. Incomplete or damaged ones are skipped with a
/// warning (SFT0510); Data (65) where an explicitly named one is damaged,
/// Config (78) where it is another model's, listing the first ten tensors that
/// differ. Collective over `world`.
Expected<RunState> resume(const std::string &directory,
                          const CheckpointIdentity &identity,
                          std::span<const TensorSlice> slices,
                          Communicator &world);

} // namespace sft::rt
