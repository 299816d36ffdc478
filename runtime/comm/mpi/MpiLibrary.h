//===- MpiLibrary.h - libmpi, opened at run time ----------------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

// The C++ bindings that nobody uses would be linked, not opened.
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#ifndef OPEN_MPI
#error "SFT is compiled against Open MPI's mpi.h (Debian: libopenmpi-dev)"
#endif

namespace sft::rt {

/// The MPI functions that SFT uses: few, so that a look at the list tells what
/// it depends on.
#define SFT_MPI_FUNCTIONS(X)                                                   \
  X(Get_library_version)                                                       \
  X(Initialized)                                                               \
  X(Init_thread)                                                               \
  X(Finalize)                                                                  \
  X(Abort)                                                                     \
  X(Comm_rank)                                                                 \
  X(Comm_size)                                                                 \
  X(Comm_set_errhandler)                                                       \
  X(Error_string)                                                              \
  X(Iallgather)                                                                \
  X(Isend)                                                                     \
  X(Irecv)                                                                     \
  X(Test)

/// The opened library. Its predefined handles are symbols too, which is why
/// MPI_COMM_WORLD and the like must not be used: they would need linking.
struct MpiLibrary {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member's name
#define SFT_MPI_MEMBER(name) decltype(&MPI_##name) name = nullptr;
  SFT_MPI_FUNCTIONS(SFT_MPI_MEMBER)
#undef SFT_MPI_MEMBER
  MPI_Comm world = nullptr;
  MPI_Datatype byte = nullptr;
  MPI_Errhandler errorsReturn = nullptr;

  /// Opens SFT_MPI_LIBRARY, or else the usual names; never closed again.
  static Expected<MpiLibrary> open();

  /// Ok, or PeerLost with what `call` returned.
  Status check(int code, const char *call) const;
};

} // namespace sft::rt
