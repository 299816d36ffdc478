#include "runtime/executor/Watchdog.h"

#include "runtime/base/Log.h"
#include "runtime/executor/FlightReport.h"

#include <unistd.h>

namespace sft::rt {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPeriod(100), kGrace(2000);

/// Changes whenever the rank moves.
uint64_t fingerprint(const Progress &progress) {
  uint64_t runs = progress.runs.load(std::memory_order_relaxed);
  uint64_t instruction = progress.instruction.load(std::memory_order_relaxed);
  uint64_t other = progress.communication.load(std::memory_order_relaxed);
  return runs << 24 ^ instruction ^ other << 32;
}

} // namespace

Watchdog::Watchdog(const fb::Plan &plan, std::span<Transport *const> transports,
                   std::chrono::milliseconds timeout)
    : plan(plan), transports(transports.begin(), transports.end()),
      timeout(timeout), ranks(transports.size()) {
  if (transports[0]->rank() == 0) {
    stragglers.emplace(plan, *transports[0]);
  }
  thread = std::thread([this] { loop(); });
}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  thread.join();
}

void Watchdog::arm(size_t local) {
  {
    std::lock_guard lock(mutex);
    ranks[local].seen = fingerprint(transports[local]->progress());
    ranks[local].since = Clock::now();
  }
  ranks[local].armed = true;
}

void Watchdog::disarm(size_t local) { ranks[local].armed = false; }

void Watchdog::loop() {
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, kPeriod, [this] { return stopping; })) {
    for (size_t i = 0; i < ranks.size(); ++i) {
      if (isLate(i, Clock::now())) {
        bark(i);
        lock.unlock();
        return biteAfterGrace();
      }
    }
    lookForStragglers();
  }
}

void Watchdog::lookForStragglers() {
  if (stragglers && ranks[0].armed) {
    if (auto warning = stragglers->look()) {
      logWarning(431, *warning);
    }
  }
}

bool Watchdog::isLate(size_t local, Clock::time_point now) {
  Watched &rank = ranks[local];
  uint64_t position = fingerprint(transports[local]->progress());
  if (!rank.armed || position != rank.seen) {
    rank.seen = position;
    rank.since = now;
    return false;
  }
  return now - rank.since >= timeout;
}

void Watchdog::bark(size_t local) {
  std::string report = flightReport(plan, *transports[local], timeout);
  barked = true;
  for (Transport *transport : transports) {
    writeFlightRecord(plan, *transport);
  }
  // Printed here, at once: an abort may end this process.
  logError(420, report);
  Status status = Status::error(Code::PeerLost, 420, report);
  for (Transport *transport : transports) {
    transport->abort(status);
  }
}

void Watchdog::biteAfterGrace() {
  std::unique_lock lock(mutex);
  auto allBack = [this] {
    for (const Watched &rank : ranks) {
      if (rank.armed) {
        return false;
      }
    }
    return true;
  };
  auto deadline = Clock::now() + kGrace;
  while (!stopping && !allBack()) {
    if (Clock::now() >= deadline) {
      logError(421, "a rank's thread does not come back from its kernel: "
                    "ending the process");
      _exit(int(Code::PeerLost));
    }
    wake.wait_for(lock, kPeriod);
  }
}

} // namespace sft::rt
