//===- Errors.h - Stable numbers of communication errors --------*- C++ -*-===//
#pragma once

namespace sft::rt {

/// Printed as SFT04nn; README.md says what each means and what to do.
enum CommError : int {
  LauncherInconsistent = 401, ///< Usage: rank variables contradict each other
  MpiMissing = 402,           ///< Unavailable: no libmpi
  MpiUnknown = 403,           ///< Unavailable: a libmpi that we do not know
  MpiFailed = 404,            ///< PeerLost: an MPI call returned an error
  CollectiveMismatch = 410,   ///< Internal: members called different things
  BadGroup = 411,             ///< Internal: members, peer or root out of range
  DeadlinePassed = 412,       ///< PeerLost: a wait took too long
  PeerAborted = 413,          ///< PeerLost: another rank gave up
  SharedMemoryFailed = 414,   ///< Resources: memory for peers
  LauncherGone = 415,         ///< PeerLost: mpirun died
  LeftEarly = 416,            ///< Internal: exit() in the middle of a job
  BadSetting = 417,           ///< Usage: an SFT_MPI_* variable
};

} // namespace sft::rt
