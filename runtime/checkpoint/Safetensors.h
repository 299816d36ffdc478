//===- Safetensors.h - Named tensors in one file ----------------*- C++ -*-===//
#pragma once

#include "runtime/data/Dataset.h"

#include <map>

namespace sft::rt {

class FileWriter;

/// A tensor to be written: dims in C order.
struct TensorRef {
  std::string name;
  DataType type;
  std::vector<int64_t> dims;
  const void *data;
};

/// Reads a .safetensors file: 8-byte header length, JSON header, data. Every
/// rule of the format is checked (FAULTS.md rows S01-S12); PyTorch pickles are
/// recognised and refused. Rank-0 and empty tensors are fine.
Expected<Dataset>
readSafetensors(std::span<const std::byte> file,
                std::map<std::string, std::string> *metadata = nullptr);

/// Writes header (padded to 8 bytes) and tensors, sorted by falling alignment
/// and then by name, to an open file.
Status writeSafetensorsTo(FileWriter &file, std::span<const TensorRef> tensors,
                          const std::map<std::string, std::string> &metadata);

/// Writes to a temporary in the same directory, syncs, renames. CannotCreate
/// (73) or Io (74) with errno's text; the old file stays whole on failure.
Status writeSafetensors(const std::string &path,
                        std::span<const TensorRef> tensors,
                        const std::map<std::string, std::string> &metadata);

} // namespace sft::rt
