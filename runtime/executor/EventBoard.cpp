#include "runtime/executor/EventBoard.h"

#include "runtime/base/Relax.h"

#include <chrono>

namespace sft::rt {

bool EventBoard::wait(uint32_t event) {
  for (int i = 0; i < spins; ++i) {
    if (isOver(event)) {
      return !failed.load();
    }
    relax();
  }
  std::unique_lock lock(mutex);
  // Raised before the last look: who records afterwards sees a sleeper.
  ++sleepers;
  wake.wait(lock, [&] { return isOver(event); });
  --sleepers;
  return !failed.load();
}

void EventBoard::wakeAll() {
  if (sleepers.load() != 0) {
    std::lock_guard lock(mutex);
    wake.notify_all();
  }
}

} // namespace sft::rt
