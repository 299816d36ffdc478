//===- Manifest.h - What a checkpoint holds ---------------------*- C++ -*-===//
#pragma once

#include "runtime/checkpoint/Checkpoint.h"
#include "runtime/checkpoint/Slices.h"

namespace sft::rt {

inline constexpr int kManifestVersion = 1;
/// The largest manifest that is read.
inline constexpr uint64_t kMaxManifestBytes = uint64_t(256) << 20;

/// One file of a checkpoint.
struct ManifestFile {
  std::string name, hash; ///< XXH3-128, 32 hex digits
  uint64_t bytes = 0;
};

/// A tensor `tensor` in file number `file` that holds `box`.
struct ManifestSlice {
  size_t file = 0;
  Box box;
};

struct ManifestTensor {
  DataType type = DataType::F32;
  std::vector<int64_t> dims; ///< global
  std::vector<ManifestSlice> slices;
};

/// The content of manifest.json. It carries a hash over itself, so that no
/// part of a checkpoint is believed unseen.
struct Manifest {
  RunState state;
  CheckpointIdentity identity;
  std::vector<ManifestFile> files;
  std::map<std::string, ManifestTensor> tensors;

  std::string toJson() const;
  /// Data (65, SFT0512) where the text is no manifest, is damaged, names files
  /// outside its folder, or has slices that overlap or do not cover a tensor.
  static Expected<Manifest> fromJson(std::string_view text);
};

/// "step-00001000".
std::string stepName(uint64_t step);
/// The step of such a name.
std::optional<uint64_t> stepOfName(const std::string &name);

} // namespace sft::rt
