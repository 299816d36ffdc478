//===- HostMemory.h - Memory that ranks of a host map -----------*- C++ -*-===//
#pragma once

#include "runtime/comm/shared/Mapping.h"

namespace sft::rt {

/// How a peer finds memory that this process has made: a descriptor of it,
/// opened through /proc. The inode proves that it is the same file, since the
/// same numbers mean something else in another container.
struct MemoryOffer {
  int64_t pid = 0;
  int64_t fd = -1;
  uint64_t inode = 0;
  uint64_t bytes = 0;
  uint64_t address = 0; ///< in the offering process
};

/// Memory that this process has made, for sharing or for itself alone. The
/// descriptor must stay until peers have mapped.
struct SharedMemory {
  FileHandle file;
  Mapping mapping;

  static Expected<SharedMemory> make(size_t bytes, bool sharing);
  MemoryOffer offer() const;
};

/// Maps what a peer on this host offers.
Expected<Mapping> mapOffer(const MemoryOffer &offer);

/// A number that only processes under the same kernel have in common;
/// SFT_MPI_HOST_ID stands in for it to tell containers apart.
uint64_t hostId();

} // namespace sft::rt
