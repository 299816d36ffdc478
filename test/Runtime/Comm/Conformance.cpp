// Every verb on every transport, against a serial computation.
#include "Ranks.h"
#include "Reference.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace sft::rt::test {
namespace {

constexpr DataType types[] = {DataType::F32, DataType::F64, DataType::BF16,
                              DataType::I8,  DataType::I32, DataType::I64};
constexpr ReduceKind kinds[] = {ReduceKind::Sum, ReduceKind::Max,
                                ReduceKind::Min};
/// Nothing, odd, one slot, several slots; and what takes several pieces.
constexpr size_t counts[] = {0, 1, 3, 1000, 9001};
constexpr size_t manyPieces = 300'001;

/// Which groups a job forms: one of all ranks, or, of a mesh of 2 x n ranks,
/// its rows, its columns, or all ranks with the minor axis as the major one.
/// The groups of a mesh work at the same time.
enum class Groups { Whole, Rows, Columns, Transposed };
constexpr const char *groupNames[] = {"whole", "rows", "columns", "transposed"};

struct Case {
  int ranks;
  Memory memory;
  Groups groups;
};

std::vector<Case> allCases() {
  std::vector<Case> cases;
  for (int ranks : rankCounts()) {
    for (Memory memory : {Memory::Shared, Memory::Own}) {
      cases.push_back({ranks, memory, Groups::Whole});
      if (ranks == 4 || ranks == 8) {
        cases.push_back({ranks, memory, Groups::Rows});
        cases.push_back({ranks, memory, Groups::Columns});
        cases.push_back({ranks, memory, Groups::Transposed});
      }
    }
  }
  return cases;
}

std::string nameOf(const testing::TestParamInfo<Case> &info) {
  const Case &c = info.param;
  return std::to_string(c.ranks) +
         (c.memory == Memory::Shared ? "_shared_" : "_own_") +
         groupNames[int(c.groups)];
}

/// The group of rank `self`.
std::vector<int> membersOf(Groups groups, int ranks, int self) {
  std::vector<int> members;
  int columns = std::max(ranks / 2, 1);
  for (int i = 0; i < ranks; ++i) {
    int rank = groups == Groups::Transposed ? i % 2 * columns + i / 2 : i;
    bool mine = groups == Groups::Rows      ? rank / columns == self / columns
                : groups == Groups::Columns ? rank % columns == self % columns
                                            : true;
    if (mine) {
      members.push_back(rank);
    }
  }
  return members;
}

/// One rank's view of a test: its group, two buffers, what went wrong.
class Rank {
public:
  static constexpr size_t largest =
      std::max(size_t(8) * 9001 * sizeof(int64_t), manyPieces * sizeof(float)) +
      64;

  Rank(Transport &transport, const Case &c)
      : transport(transport),
        members(membersOf(c.groups, transport.size(), transport.rank())),
        group(std::move(
            *transport.makeGroup(members, groupNames[int(c.groups)]))),
        inBuffer(transport, c.memory, largest),
        outBuffer(transport, c.memory, largest) {}

  int me() const { return group->rank(); }
  int size() const { return group->size(); }

  /// What a member brings: no two ranks of the job the same.
  Bytes input(int member, size_t count, DataType type) const {
    return makeInput(members[size_t(member)], count, type);
  }
  std::vector<Bytes> inputs(size_t count, DataType type) const {
    std::vector<Bytes> all;
    for (int member = 0; member < size(); ++member) {
      all.push_back(input(member, count, type));
    }
    return all;
  }

  std::byte *in(const Bytes &value) {
    std::copy(value.begin(), value.end(), inBuffer.data());
    return inBuffer.data();
  }
  /// Poisoned, so that a byte not written shows.
  std::byte *out(size_t bytes) {
    std::fill_n(outBuffer.data(), bytes + 64, std::byte(0xa5));
    return outBuffer.data();
  }
  void expectOut(const Bytes &want, const Status &status,
                 const std::string &what) {
    EXPECT_TRUE(status.ok()) << what << ": " << status.toString();
    EXPECT_TRUE(std::equal(want.begin(), want.end(), outBuffer.data()))
        << what << " on rank " << me() << " of " << size();
    EXPECT_EQ(outBuffer.data()[want.size()], std::byte(0xa5))
        << what << " writes behind its end";
  }

  Transport &transport;
  std::vector<int> members;
  std::unique_ptr<Communicator> group;

private:
  Buffer inBuffer, outBuffer;
};

Bytes blockOf(const Bytes &bytes, size_t index, size_t size) {
  return Bytes(bytes.begin() + ptrdiff_t(index * size),
               bytes.begin() + ptrdiff_t((index + 1) * size));
}

Bytes concat(const std::vector<Bytes> &parts) {
  Bytes all;
  for (const Bytes &part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

using Body = std::function<void(Rank &, size_t count, DataType type)>;

class Conformance : public testing::TestWithParam<Case> {
protected:
  void forEachTypeAndCount(const Body &body) {
    onEachRank(GetParam().ranks, [&](Transport &transport) {
      Rank rank(transport, GetParam());
      for (DataType type : types) {
        for (size_t count : counts) {
          body(rank, count, type);
        }
      }
    });
  }
};

INSTANTIATE_TEST_SUITE_P(All, Conformance, testing::ValuesIn(allCases()),
                         nameOf);

TEST_P(Conformance, AllReduce) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    auto inputs = rank.inputs(count, type);
    for (ReduceKind kind : kinds) {
      Bytes want = reduceInTree(inputs, type, kind);
      std::byte *in = rank.in(inputs[size_t(rank.me())]);
      std::byte *out = rank.out(want.size());
      rank.expectOut(want, rank.group->allReduce(in, out, count, type, kind),
                     "all_reduce");
    }
  });
}

TEST_P(Conformance, AllReduceInPlace) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    auto inputs = rank.inputs(count, type);
    Bytes want = reduceInTree(inputs, type, ReduceKind::Sum);
    std::byte *out = rank.out(want.size());
    std::ranges::copy(inputs[size_t(rank.me())], out);
    rank.expectOut(
        want, rank.group->allReduce(out, out, count, type, ReduceKind::Sum),
        "all_reduce in place");
  });
}

TEST_P(Conformance, ReductionsInManyPieces) {
  onEachRank(GetParam().ranks, [](Transport &transport) {
    Rank rank(transport, GetParam());
    auto me = size_t(rank.me()), ranks = size_t(rank.size());
    size_t count = manyPieces / ranks;
    auto inputs = rank.inputs(count * ranks, DataType::F32);
    Bytes want = reduceInTree(inputs, DataType::F32, ReduceKind::Sum);
    std::byte *in = rank.in(inputs[me]), *out = rank.out(want.size());
    rank.expectOut(want,
                   rank.group->allReduce(in, out, count * ranks, DataType::F32,
                                         ReduceKind::Sum),
                   "all_reduce");
    rank.expectOut(me == 0 ? want : Bytes(),
                   rank.group->reduce(in, rank.out(want.size()), count * ranks,
                                      DataType::F32, ReduceKind::Sum, 0),
                   "reduce");
    Bytes block = blockOf(want, me, count * sizeof(float));
    rank.expectOut(block,
                   rank.group->reduceScatter(in, rank.out(block.size()), count,
                                             DataType::F32, ReduceKind::Sum),
                   "reduce_scatter");
  });
}

TEST_P(Conformance, ReduceScatter) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    auto ranks = size_t(rank.size());
    auto inputs = rank.inputs(count * ranks, type);
    for (ReduceKind kind : kinds) {
      Bytes want = blockOf(reduceInTree(inputs, type, kind), size_t(rank.me()),
                           count * sizeOf(type));
      std::byte *in = rank.in(inputs[size_t(rank.me())]);
      std::byte *out = rank.out(want.size());
      rank.expectOut(want,
                     rank.group->reduceScatter(in, out, count, type, kind),
                     "reduce_scatter");
    }
  });
}

TEST_P(Conformance, AllGather) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    auto inputs = rank.inputs(count, type);
    const Bytes &mine = inputs[size_t(rank.me())];
    Bytes want = concat(inputs);
    std::byte *in = rank.in(mine), *out = rank.out(want.size());
    rank.expectOut(want, rank.group->allGather(in, out, count, type),
                   "all_gather");

    out = rank.out(want.size());
    std::byte *block = out + size_t(rank.me()) * mine.size();
    std::ranges::copy(mine, block);
    rank.expectOut(want, rank.group->allGather(block, out, count, type),
                   "all_gather in place");
  });
}

TEST_P(Conformance, AllToAll) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    auto ranks = size_t(rank.size());
    auto inputs = rank.inputs(count * ranks, type);
    std::vector<Bytes> blocks;
    for (const Bytes &input : inputs) {
      blocks.push_back(blockOf(input, size_t(rank.me()), count * sizeOf(type)));
    }
    Bytes want = concat(blocks);
    std::byte *in = rank.in(inputs[size_t(rank.me())]);
    std::byte *out = rank.out(want.size());
    rank.expectOut(want, rank.group->allToAll(in, out, count, type),
                   "all_to_all");
  });
}

/// From whom each member receives.
std::vector<std::vector<uint32_t>> permutations(uint32_t size) {
  std::vector<std::vector<uint32_t>> all;
  auto add = [&](auto senderOf) {
    auto &from = all.emplace_back();
    for (uint32_t member = 0; member < size; ++member) {
      from.push_back(senderOf(member));
    }
  };
  add([](uint32_t i) { return i; });
  add([&](uint32_t i) { return (i + 1) % size; });             // a cycle
  add([&](uint32_t i) { return (i + size - 1) % size; });      // the other way
  add([&](uint32_t i) { return size - 1 - i; });               // reversal
  add([&](uint32_t i) { return (i ^ 1) < size ? i ^ 1 : i; }); // neighbours
  add([&](uint32_t i) { return i < 2 ? (1 - i) % size : i; }); // one swap
  return all;
}

TEST_P(Conformance, Permute) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    for (const auto &from : permutations(uint32_t(rank.size()))) {
      Bytes want = rank.input(int(from[size_t(rank.me())]), count, type);
      std::byte *in = rank.in(rank.input(rank.me(), count, type));
      std::byte *out = rank.out(want.size());
      rank.expectOut(want, rank.group->permute(in, out, count, type, from),
                     "permute");
    }
  });
}

TEST_P(Conformance, PermuteOfMegabytes) {
  onEachRank(GetParam().ranks, [](Transport &transport) {
    Rank rank(transport, GetParam());
    for (const auto &from : permutations(uint32_t(rank.size()))) {
      Bytes want =
          rank.input(int(from[size_t(rank.me())]), manyPieces, DataType::F32);
      std::byte *in = rank.in(rank.input(rank.me(), manyPieces, DataType::F32));
      std::byte *out = rank.out(want.size());
      rank.expectOut(
          want, rank.group->permute(in, out, manyPieces, DataType::F32, from),
          "permute");
    }
  });
}

TEST_P(Conformance, BroadcastFromEachRoot) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    for (int root = 0; root < rank.size(); ++root) {
      Bytes want = rank.input(root, count, type);
      const std::byte *in = rank.me() == root ? rank.in(want) : nullptr;
      std::byte *out = rank.out(want.size());
      rank.expectOut(want, rank.group->broadcast(in, out, count, type, root),
                     "broadcast");
    }
  });
}

TEST_P(Conformance, ReduceToEachRoot) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    auto inputs = rank.inputs(count, type);
    for (int root = 0; root < rank.size(); ++root) {
      bool here = rank.me() == root;
      Bytes want = reduceInTree(inputs, type, ReduceKind::Sum);
      std::byte *in = rank.in(inputs[size_t(rank.me())]);
      std::byte *out = rank.out(want.size());
      Status status = rank.group->reduce(in, here ? out : nullptr, count, type,
                                         ReduceKind::Sum, root);
      rank.expectOut(here ? want : Bytes(), status, "reduce");
    }
  });
}

TEST_P(Conformance, SendAndReceiveInARing) {
  forEachTypeAndCount([](Rank &rank, size_t count, DataType type) {
    if (rank.size() == 1) {
      return;
    }
    int next = (rank.me() + 1) % rank.size();
    int last = (rank.me() + rank.size() - 1) % rank.size();
    Bytes want = rank.input(last, count, type);
    std::byte *in = rank.in(rank.input(rank.me(), count, type));
    std::byte *out = rank.out(want.size());
    // A rendezvous: somebody has to begin by receiving.
    Status first, second;
    if (rank.me() == 0) {
      first = rank.group->recv(out, count, type, last, 7);
      second = rank.group->send(in, count, type, next, 7);
    } else {
      first = rank.group->send(in, count, type, next, 7);
      second = rank.group->recv(out, count, type, last, 7);
    }
    EXPECT_TRUE(first.ok()) << first.toString();
    rank.expectOut(want, second, "send and recv");
  });
}

/// A rank works in its row and in its column in turn.
TEST_P(Conformance, RowsAndColumnsInTurn) {
  int ranks = GetParam().ranks;
  if (ranks % 2) {
    GTEST_SKIP() << "a mesh of two rows has an even number of ranks";
  }
  onEachRank(ranks, [&](Transport &transport) {
    int self = transport.rank(), columns = ranks / 2;
    auto row = membersOf(Groups::Rows, ranks, self);
    auto column = membersOf(Groups::Columns, ranks, self);
    auto rows = transport.makeGroup(row, "tensor");
    auto columnGroup = transport.makeGroup(column, "data");
    ASSERT_TRUE(rows.ok() && columnGroup.ok());
    EXPECT_EQ((*rows)->rank(), self % columns);
    EXPECT_EQ((*columnGroup)->rank(), self / columns);
    for (int round = 0; round < 100; ++round) {
      int64_t value = (1 << self) + round;
      EXPECT_TRUE((*rows)->allReduce(&value, &value, 1, DataType::I64,
                                     ReduceKind::Sum));
      EXPECT_TRUE(
          (*columnGroup)
              ->allReduce(&value, &value, 1, DataType::I64, ReduceKind::Sum));
      EXPECT_EQ(value, (1 << ranks) - 1 + ranks * round);
    }
  });
}

TEST_P(Conformance, SameMembersTwiceAreTwoGroups) {
  onEachRank(GetParam().ranks, [](Transport &transport) {
    auto a = groupOfAll(transport), b = groupOfAll(transport);
    int32_t one = 1, sum = 0;
    EXPECT_TRUE(a->allReduce(&one, &sum, 1, DataType::I32, ReduceKind::Sum));
    EXPECT_TRUE(b->allReduce(&sum, &sum, 1, DataType::I32, ReduceKind::Sum));
    EXPECT_EQ(sum, transport.size() * transport.size());
  });
}

TEST_P(Conformance, NobodyLeavesABarrierBeforeAllEnter) {
  std::atomic<int> entered{0}; // seen by all where ranks are threads
  onEachRank(GetParam().ranks, [&](Transport &transport) {
    auto group = groupOfAll(transport);
    for (int round = 1; round <= 50; ++round) {
      ++entered;
      EXPECT_TRUE(group->barrier());
      EXPECT_GE(entered, isMpiRank() ? round : round * transport.size());
      EXPECT_TRUE(group->barrier());
    }
  });
}

TEST_P(Conformance, NanIsKept) {
  onEachRank(GetParam().ranks, [](Transport &transport) {
    auto group = groupOfAll(transport);
    for (int culprit = 0; culprit < transport.size(); ++culprit) {
      for (ReduceKind kind : kinds) {
        float value = transport.rank() == culprit ? NAN : 1.0f;
        EXPECT_TRUE(group->allReduce(&value, &value, 1, DataType::F32, kind));
        EXPECT_TRUE(std::isnan(value));
      }
    }
  });
}

TEST_P(Conformance, LocalRanksAndProgressAreInSight) {
  onEachRank(GetParam().ranks, [](Transport &transport) {
    auto group = groupOfAll(transport);
    EXPECT_LT(transport.localRank(), transport.localSize());
    transport.progress().step = uint64_t(transport.rank()) + 100;
    EXPECT_TRUE(group->barrier());
    for (int r = 0; r < transport.size(); ++r) {
      if (const Progress *seen = transport.progressOf(r)) {
        EXPECT_EQ(seen->step, uint64_t(r) + 100);
      }
    }
    EXPECT_NE(transport.progressOf(transport.rank()), nullptr);
    EXPECT_TRUE(group->barrier());
  });
}

TEST_P(Conformance, SharedMemoryIsZeroedAndAligned) {
  onEachRank(GetParam().ranks, [](Transport &transport) {
    auto memory =
        transport.allocateShared(size_t(1) << (transport.rank() + 10));
    ASSERT_TRUE(memory.ok());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(*memory) % (2 << 20), 0u);
    EXPECT_EQ(static_cast<char *>(*memory)[1000], 0);
  });
}

/// Printed for the comparison of transports: all results of a fixed sequence.
TEST_P(Conformance, Digest) {
  if (GetParam().memory == Memory::Own) {
    GTEST_SKIP();
  }
  const char *groups = groupNames[int(GetParam().groups)];
  onEachRank(GetParam().ranks, [&](Transport &transport) {
    Rank rank(transport, GetParam());
    uint64_t hash = 0xcbf29ce484222325;
    for (DataType type : types) {
      Bytes mine = rank.input(rank.me(), 9001, type);
      std::byte *in = rank.in(mine), *out = rank.out(mine.size());
      EXPECT_TRUE(rank.group->allReduce(in, out, 9001, type, ReduceKind::Sum));
      for (size_t i = 0; i < mine.size(); ++i) {
        hash = (hash ^ uint64_t(out[i])) * 0x100000001b3;
      }
    }
    if (transport.rank() == 0) {
      printf("digest %d ranks %s %016llx\n", transport.size(), groups,
             (unsigned long long)hash);
    }
  });
}

} // namespace
} // namespace sft::rt::test
