//===- Communicator.h - Collectives between the ranks of a job --*- C++ -*-===//
//
// Every verb here can be emitted by a plan, and every transport implements all
// of them; one conformance suite (test/Runtime/Comm/Conformance.cpp) runs
// against every transport. Each verb names its MPI twin.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/base/Status.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sft::rt {

enum class DataType : uint8_t { F32, F64, BF16, I8, I32, I64 };
enum class ReduceKind : uint8_t { Sum, Max, Min };

/// Bytes of one element.
size_t sizeOf(DataType type);
const char *name(DataType type);

/// Where a thread of a rank stands that has nothing to do.
inline constexpr uint32_t kNoInstruction = UINT32_MAX;

/// What a rank was doing, for the report when a deadline passes. The executor
/// writes it before each instruction (relaxed stores, no lock); the transport
/// reads that of every rank it can see.
struct Progress {
  std::atomic<uint64_t> step{0};
  std::atomic<uint64_t> runs{0};        ///< entries of the plan begun
  std::atomic<uint32_t> entry{0};       ///< fb::EntryKind of the latest
  std::atomic<uint32_t> instruction{0}; ///< first one not finished, in the
                                        ///< entry's listing, calls expanded
  /// The same of the rank's communication thread.
  std::atomic<uint32_t> communication{kNoInstruction};
  std::atomic<uint64_t> collective{0}; ///< collectives, sends, recvs entered
  std::atomic<uint32_t> finished{0};   ///< 1: left in good order, 2: failed
};

/// One group of ranks that communicate; made collectively, used by one thread
/// at a time. All calls block until this rank's part is done, fail with
/// PeerLost when the deadline passes or a peer has aborted, and are matched
/// among the members in program order.
///
/// Reductions combine the group's members as a balanced tree,
/// ((0 + 1) + (2 + 3)) + 4, element by element, on every transport: a run
/// repeats bit for bit and does not depend on the transport; and a member that
/// adds the values of two, four, ... neighbours first changes nothing. `count`
/// counts elements of `type`.
class Communicator {
public:
  virtual ~Communicator() = default;

  /// This rank's index in the group, and the number of members.
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Names the next collective by a number on which the members must agree, so
  /// that a rank that left one out is found where sizes agree, too. Compared
  /// modulo 255; 0 where nobody says anything.
  virtual void expect(uint32_t tag) = 0;

  /// in[count] on every rank -> the reduction in out[count] on every rank.
  /// in == out is allowed. MPI_Allreduce.
  virtual Status allReduce(const void *in, void *out, size_t count,
                           DataType type, ReduceKind kind) = 0;
  /// in[size*count] -> the reduction of block rank() in out[count]; out may be
  /// block rank() of in. MPI_Reduce_scatter_block.
  virtual Status reduceScatter(const void *in, void *out, size_t count,
                               DataType type, ReduceKind kind) = 0;
  /// in[count] -> out[size*count], block i from rank i; in may be block rank()
  /// of out. MPI_Allgather.
  virtual Status allGather(const void *in, void *out, size_t count,
                           DataType type) = 0;
  /// Block i of in[size*count] goes to rank i's out block rank(). in and out
  /// do not overlap. MPI_Alltoall.
  virtual Status allToAll(const void *in, void *out, size_t count,
                          DataType type) = 0;
  /// in[count] of member from[rank()] -> out[count]; `from` is a permutation of
  /// the group's indices, the same on all members. in and out do not overlap.
  /// MPI_Sendrecv; ncclSend and ncclRecv in one group.
  virtual Status permute(const void *in, void *out, size_t count, DataType type,
                         std::span<const uint32_t> from) = 0;
  /// in[count] of `root` -> out[count] everywhere; in == out is allowed, in is
  /// ignored elsewhere. MPI_Bcast.
  virtual Status broadcast(const void *in, void *out, size_t count,
                           DataType type, int root) = 0;
  /// The reduction of in[count] in out[count] of `root`; out is ignored
  /// elsewhere. MPI_Reduce.
  virtual Status reduce(const void *in, void *out, size_t count, DataType type,
                        ReduceKind kind, int root) = 0;
  /// Rendezvous: returns when the receiver has the data. MPI_Ssend, MPI_Recv.
  virtual Status send(const void *in, size_t count, DataType type, int peer,
                      uint32_t tag) = 0;
  virtual Status recv(void *out, size_t count, DataType type, int peer,
                      uint32_t tag) = 0;
  /// MPI_Barrier.
  virtual Status barrier() = 0;
};

/// One rank's membership in a job: what a transport gives before any group
/// exists.
class Transport {
public:
  virtual ~Transport() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Ranks on this host and this rank's index among them (pinning, threads).
  virtual int localRank() const = 0;
  virtual int localSize() const = 0;
  virtual const char *name() const = 0;

  /// Memory that peers on this host may read and write directly, so that
  /// collectives on it need no staging copy. Zeroed, 2 MiB-aligned, on huge
  /// pages where the system grants them; freed with the Transport. Collective
  /// in call order; sizes may differ.
  virtual Expected<void *> allocateShared(size_t bytes) = 0;

  /// Communicator of `members` (distinct, this rank among them), numbered in
  /// this order. Collective over the members, in the same order on all of them.
  /// `label` names it in reports ("data").
  virtual Expected<std::unique_ptr<Communicator>>
  makeGroup(std::span<const int> members, const std::string &label) = 0;

  /// Longest time that any wait may take.
  virtual void setTimeout(std::chrono::milliseconds timeout) = 0;

  /// This rank's progress; progressOf(r) is null where r is out of sight
  /// (another host).
  virtual Progress &progress() = 0;
  virtual const Progress *progressOf(int rank) const = 0;

  /// Tells every rank to fail its pending and later calls with PeerLost.
  /// Callable from any thread, more than once.
  virtual void abort(const Status &reason) = 0;
};

} // namespace sft::rt
