#include "Ranks.h"

#include "runtime/comm/Mpi.h"
#include "runtime/comm/Threads.h"
#include "runtime/comm/mpi/Launcher.h"

#include <gtest/gtest.h>
#include <numeric>
#include <thread>

namespace sft::rt::test {

static std::unique_ptr<Transport> mpi;

bool isMpiRank() { return underMpi(); }

Status openMpi() {
  SFT_ASSIGN_OR_RETURN(mpi, makeMpiTransport());
  return {};
}

void closeMpi() { mpi.reset(); }

int mpiRank() { return mpi->rank(); }

std::vector<int> rankCounts() {
  if (!isMpiRank()) {
    return {1, 2, 3, 4, 8};
  }
  auto launched = launchedAs();
  return {launched && *launched ? (*launched)->size : 1};
}

void onEachRank(int ranks, const std::function<void(Transport &)> &body) {
  if (mpi) {
    return body(*mpi);
  }
  auto transports = makeThreadTransports(ranks);
  ASSERT_TRUE(transports.ok()) << transports.status().toString();
  std::vector<std::thread> threads;
  for (auto &transport : *transports) {
    threads.emplace_back([&] { body(*transport); });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
}

std::unique_ptr<Communicator> groupOfAll(Transport &transport) {
  std::vector<int> all(size_t(transport.size()), 0);
  std::iota(all.begin(), all.end(), 0);
  auto group = transport.makeGroup(all, "all");
  EXPECT_TRUE(group.ok()) << group.status().toString();
  return std::move(*group);
}

Buffer::Buffer(Transport &transport, Memory memory, size_t bytes)
    : size(bytes) {
  if (memory == Memory::Own) {
    own.resize(bytes);
    base = own.data();
    return;
  }
  auto shared = transport.allocateShared(bytes);
  EXPECT_TRUE(shared.ok()) << shared.status().toString();
  base = static_cast<std::byte *>(*shared);
}

} // namespace sft::rt::test
