//===- Tensors.h - Global tensors and a rank's parts of them ----*- C++ -*-===//
#pragma once

#include "runtime/checkpoint/Checkpoint.h"
#include "runtime/executor/Listing.h"

namespace sft::rt {

/// Every Parameter (and State, if asked for) that `rank` holds; data points
/// into `arena`. In the program's order.
std::vector<TensorSlice> tensorSlices(const fb::Plan &plan, int rank,
                                      std::byte *arena, bool withState);

/// The model inputs as `rank` needs them. Config (78, SFT0305) where an input
/// is cut along anything but its rows.
Expected<std::vector<InputSpec>> inputSpecs(const fb::Plan &plan, int rank);

/// Copies the slice's part out of, or into, the global tensor (C order).
void takeSlice(const TensorSlice &slice, const void *global);
void putSlice(const TensorSlice &slice, void *global);

/// A parameter or state tensor as the model has it, whoever holds its parts.
struct GlobalTensor {
  std::string name;
  DataType type;
  std::vector<int64_t> dims;
  bool wholeOnMain; ///< rank 0 holds all of it
};

/// Of all programs, in the order in which they first occur.
std::vector<GlobalTensor> globalTensors(const fb::Plan &plan, bool withState);

/// Collective over `world`: the global tensor in `global` on rank 0 (elsewhere
/// scratch of the same size), out of all ranks' slices. Bit for bit, whatever
/// the type.
Status gatherTensor(const GlobalTensor &tensor,
                    std::span<const TensorSlice> slices, Communicator &world,
                    std::vector<std::byte> &global);

/// Collective: writes the tensors to a safetensors file.
Status saveParameters(const std::string &path,
                      std::span<const GlobalTensor> tensors,
                      std::span<const TensorSlice> slices, Communicator &world,
                      const std::map<std::string, std::string> &metadata);
/// Takes this rank's slices out of a file that has all `tensors`. Config (78,
/// SFT0311) listing the first ten that are missing or differ.
Status loadParameters(const Dataset &file,
                      std::span<const GlobalTensor> tensors,
                      std::span<const TensorSlice> slices);
/// What the file has beside all `tensors`: the first ten names, or "".
std::string unknownTensors(const Dataset &file,
                           std::span<const GlobalTensor> tensors);

} // namespace sft::rt
