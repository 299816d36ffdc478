//===- Pinning.h - A core for each rank -------------------------*- C++ -*-===//
#pragma once

namespace sft::rt {

/// Pins the calling thread (and the threads that it will start) to its own
/// `threads` cores where several ranks share this host and the inherited
/// affinity mask has a core for every thread of every one of them. Otherwise,
/// or with SFT_PIN=no, the mask stays as it is.
void pinRank(int localRank, int localSize, int threads);

} // namespace sft::rt
