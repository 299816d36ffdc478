//===- mpi/Mpi.h - Ranks are MPI processes ----------------------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt {

/// True if a launcher (mpirun, srun) started this process as one of several
/// MPI ranks; reads the environment only.
bool underMpi();

/// Opens libmpi (SFT_MPI_LIBRARY, or the usual names), checks that it is one
/// that we know, initialises it and joins MPI_COMM_WORLD. Unavailable (69)
/// with what to install where there is none. MPI moves bytes; the runtime
/// adds: within a host through shared memory, between hosts (or with
/// SFT_MPI_SHARED=0) through chunked point-to-point messages, in the same
/// order of summation.
Expected<std::unique_ptr<Transport>> makeMpiTransport();

} // namespace sft::rt
