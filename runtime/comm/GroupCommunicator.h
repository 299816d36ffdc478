//===- GroupCommunicator.h - What all communicators share -------*- C++ -*-===//
#pragma once

#include "runtime/comm/Operation.h"

namespace sft::rt {

/// Turns verbs into Operations, checks arguments, counts, words the reports.
/// A transport fills in how an Operation runs among two or more members.
class GroupCommunicator : public Communicator {
public:
  int rank() const final { return me; }
  int size() const final { return int(members.size()); }
  void expect(uint32_t tag) final { place = uint8_t(1 + tag % 255); }
  Status allReduce(const void *in, void *out, size_t count, DataType type,
                   ReduceKind kind) final;
  Status reduceScatter(const void *in, void *out, size_t count, DataType type,
                       ReduceKind kind) final;
  Status allGather(const void *in, void *out, size_t count,
                   DataType type) final;
  Status allToAll(const void *in, void *out, size_t count, DataType type) final;
  Status permute(const void *in, void *out, size_t count, DataType type,
                 std::span<const uint32_t> from) final;
  Status broadcast(const void *in, void *out, size_t count, DataType type,
                   int root) final;
  Status reduce(const void *in, void *out, size_t count, DataType type,
                ReduceKind kind, int root) final;
  Status send(const void *in, size_t count, DataType type, int peer,
              uint32_t tag) final;
  Status recv(void *out, size_t count, DataType type, int peer,
              uint32_t tag) final;
  Status barrier() final;

protected:
  /// `self` is one of `members`, which are ranks of the job.
  GroupCommunicator(std::span<const int> members, int self, std::string label);

  /// Runs a collective among all members, of which there are at least two.
  virtual Status run(const Operation &op) = 0;
  /// Runs a Send or Recv with another member.
  virtual Status transfer(const Operation &op, int peer) = 0;

  /// `all_reduce seq 17 on "data"`, `send to rank 3 tag 5 on "pipe"`.
  std::string title(const Operation &op) const;
  std::string title(const Operation &op, int peer) const;
  /// The error that this member calls `own` and `peer` calls `theirs`.
  Status disagreement(const std::string &title, const Signature &own, int peer,
                      const Signature &theirs) const;

  const std::vector<int> members;
  const std::string label;
  int me;

private:
  Status collective(Operation op);
  Status exchange(const Operation &op, int peer);
  bool isPermutation(std::span<const uint32_t> from);

  uint64_t sequence = 0;   ///< collectives entered
  uint8_t place = 0;       ///< of the next one
  std::vector<bool> sends; ///< scratch of isPermutation
};

/// Ok if `members` ascend within 0 .. ranks-1 and hold `self`.
Status checkMembers(std::span<const int> members, int ranks, int self,
                    const std::string &label);

} // namespace sft::rt
