//===- Ranks.h - Runs a test's body on every rank ---------------*- C++ -*-===//
#pragma once

#include "runtime/comm/Communicator.h"

#include <functional>
#include <span>

namespace sft::rt::test {

/// True in a process that is one rank of an MPI job.
bool isMpiRank();
/// Opens and closes the MPI transport of this process.
Status openMpi();
void closeMpi();
int mpiRank();

/// The numbers of ranks to test with: the job's under MPI, else 1 to 8.
std::vector<int> rankCounts();

/// Runs `body` on `ranks` ranks: on as many threads, or, under MPI, as the one
/// rank that this process is.
void onEachRank(int ranks, const std::function<void(Transport &)> &body);

/// The group of all ranks.
std::unique_ptr<Communicator> groupOfAll(Transport &transport);

/// Where a test's buffers lie: memory that peers can reach, and such that they
/// cannot (which is the same on threads).
enum class Memory { Shared, Own };

/// A zeroed buffer of a rank.
class Buffer {
public:
  Buffer(Transport &transport, Memory memory, size_t bytes);
  std::byte *data() { return base; }
  std::span<std::byte> bytes() { return {base, size}; }

private:
  std::vector<std::byte> own;
  std::byte *base;
  size_t size;
};

} // namespace sft::rt::test
