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

/// Bytes of the global tensor.
size_t globalBytes(const TensorSlice &slice);
/// Copies the slice's part out of, or into, the global tensor (C order).
void takeSlice(const TensorSlice &slice, const void *global);
void putSlice(const TensorSlice &slice, void *global);

/// Collective over `world`: the global tensor in `global` on rank 0 (elsewhere
/// scratch of the same size). Bit for bit, whatever the type.
Status gatherTensor(const TensorSlice &slice, Communicator &world,
                    std::vector<std::byte> &global);

/// Collective: writes the parameters as global tensors to a safetensors file.
Status saveParameters(const std::string &path,
                      std::span<const TensorSlice> slices, Communicator &world,
                      const std::map<std::string, std::string> &metadata);
/// Reads every parameter; each rank takes its part. Config (78, SFT0311)
/// listing the first ten that are missing or differ in shape or type.
Status loadParameters(const Dataset &file, std::span<const TensorSlice> slices);

} // namespace sft::rt
