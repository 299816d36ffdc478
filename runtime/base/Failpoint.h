//===- Failpoint.h - Faults on demand, for tests ----------------*- C++ -*-===//
//
// A failpoint is a named place where a test can make something go wrong:
//
//   SFT_FAILPOINT="name@rank=2,step=100:action[;name:action...]"
//
// Conditions after '@' are optional: rank=N, step=N (as last told to
// setFailpointContext by the thread), hit=N (only the N-th time that all else
// matches, from 1). Actions:
//
//   carried out here        kill segv stop spin sleep(ms) exit(n)
//   returned to the caller  eio enospc short skip flipbit nan bigalloc
//
// Costs one relaxed load while nothing is armed; nothing at all in a build
// without SFT_FAILPOINTS.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/base/Status.h"

#include <atomic>
#include <cstdint>

namespace sft::rt {

enum class FailAction : uint8_t {
  None,
  Kill,     ///< raise SIGKILL
  Segv,     ///< write through a null pointer
  Stop,     ///< raise SIGSTOP
  Spin,     ///< loop for ever
  Sleep,    ///< sleep for the given milliseconds, then go on
  Exit,     ///< exit(n), with its handlers
  Eio,      ///< the caller's input/output fails with EIO
  Enospc,   ///< the caller's output fails with ENOSPC
  Short,    ///< the caller writes half, then fails with ENOSPC
  Skip,     ///< the caller leaves out what it was about to do
  FlipBit,  ///< the caller flips a bit of what it was about to use
  Nan,      ///< the caller writes a NaN into what it was about to use
  BigAlloc, ///< the caller's allocation fails
};

/// Arms the failpoints of `spec`, replacing all earlier ones; null or empty
/// disarms. Usage (64, SFT0040) where `spec` is malformed or the build has no
/// failpoints. Not to be called while other threads run.
Status armFailpoints(const char *spec);

namespace detail {
extern std::atomic<bool> failpointsArmed;
void setContext(int rank, uint64_t step);
FailAction hit(const char *name);
} // namespace detail

/// Tells the calling thread's rank and step to later failpoints.
inline void setFailpointContext([[maybe_unused]] int rank,
                                [[maybe_unused]] uint64_t step) {
#ifdef SFT_FAILPOINTS
  if (detail::failpointsArmed.load(std::memory_order_relaxed)) [[unlikely]] {
    detail::setContext(rank, step);
  }
#endif
}

/// Passes the failpoint `name`: None, or what the caller is to do.
inline FailAction failpoint([[maybe_unused]] const char *name) {
#ifdef SFT_FAILPOINTS
  if (detail::failpointsArmed.load(std::memory_order_relaxed)) [[unlikely]] {
    return detail::hit(name);
  }
#endif
  return FailAction::None;
}

/// The errno that Eio, Enospc and Short stand for; 0 for all others.
int failErrno(FailAction action);

} // namespace sft::rt
