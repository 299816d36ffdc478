//===- threads/Threads.h - All ranks in one process -------------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

namespace sft::rt {

/// Makes the transports of a job whose ranks are threads of this process;
/// element r is for rank r and may be used by one thread at a time. Waits
/// spin, then yield, so that more ranks than cores make progress too.
/// Resources where there is no memory for them.
Expected<std::vector<std::unique_ptr<Transport>>>
makeThreadTransports(int ranks);

} // namespace sft::rt
