// What a rank gets when the others do not do their part.
#include "Ranks.h"

#include "runtime/comm/Errors.h"
#include "runtime/comm/Threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace sft::rt::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class Mismatch : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(All, Mismatch, testing::ValuesIn(rankCounts()));

void expectMismatch(const Status &status, const char *own, const char *theirs) {
  EXPECT_EQ(status.code(), Code::Internal);
  EXPECT_EQ(status.id(), CollectiveMismatch);
  EXPECT_THAT(status.message(), HasSubstr("ranks disagree"));
  EXPECT_THAT(status.message(), HasSubstr(own));
  EXPECT_THAT(status.message(), HasSubstr(theirs));
}

/// Rank 0 calls something else than the others.
void disagree(int ranks,
              const std::function<Status(Communicator &, bool odd)> &call,
              const char *odd, const char *common) {
  onEachRank(ranks, [&](Transport &transport) {
    auto group = groupOfAll(transport);
    Status status = call(*group, transport.rank() == 0);
    if (transport.size() > 1) {
      expectMismatch(status, odd, common);
    }
  });
}

TEST_P(Mismatch, Count) {
  float data[64] = {};
  disagree(
      GetParam(),
      [&](Communicator &group, bool odd) {
        float out[64];
        return group.allReduce(data, out, odd ? 5 : 6, DataType::F32,
                               ReduceKind::Sum);
      },
      "all_reduce(sum) of 5 x f32", "all_reduce(sum) of 6 x f32");
}

TEST_P(Mismatch, Type) {
  disagree(
      GetParam(),
      [](Communicator &group, bool odd) {
        float data[64] = {};
        return group.allReduce(data, data, 8,
                               odd ? DataType::I32 : DataType::F32,
                               ReduceKind::Max);
      },
      "all_reduce(max) of 8 x i32", "all_reduce(max) of 8 x f32");
}

TEST_P(Mismatch, Verb) {
  disagree(
      GetParam(),
      [](Communicator &group, bool odd) {
        float data[64] = {};
        return odd ? group.barrier()
                   : group.broadcast(data, data, 8, DataType::F32, 0);
      },
      "barrier", "broadcast of 8 x f32 root 0");
}

TEST_P(Mismatch, LargeCount) {
  disagree(
      GetParam(),
      [](Communicator &group, bool odd) {
        std::vector<float> data(100'000);
        return group.allReduce(data.data(), data.data(), odd ? 99'999 : 100'000,
                               DataType::F32, ReduceKind::Sum);
      },
      "99999 x f32", "100000 x f32");
}

// F16: a rank that has left out one of two that are alike.
TEST_P(Mismatch, F16_Expected) {
  disagree(
      GetParam(),
      [](Communicator &group, bool odd) {
        float data[64] = {};
        group.expect(odd ? 8 : 7);
        return group.allReduce(data, data, 8, DataType::F32, ReduceKind::Sum);
      },
      "8 x f32 (number 9)", "8 x f32 (number 8)");
}

// Members that permute otherwise would wait for each other in vain.
TEST_P(Mismatch, Permutation) {
  int ranks = GetParam();
  std::vector<uint32_t> same, shifted;
  for (int i = 0; i < ranks; ++i) {
    same.push_back(uint32_t(i));
    shifted.push_back(uint32_t((i + 1) % ranks));
  }
  for (size_t count : {size_t(8), size_t(100'000)}) {
    disagree(
        ranks,
        [&](Communicator &group, bool odd) {
          std::vector<float> in(count), out(count);
          return group.permute(in.data(), out.data(), count, DataType::F32,
                               odd ? shifted : same);
        },
        "x f32 by permutation", "x f32 by permutation");
  }
}

TEST_P(Mismatch, Tag) {
  onEachRank(GetParam(), [](Transport &transport) {
    auto group = groupOfAll(transport);
    float value = 1;
    if (transport.rank() == 0 && transport.size() > 1) {
      expectMismatch(group->send(&value, 1, DataType::F32, 1, 5),
                     "send of 1 x f32 tag 5", "send of 1 x f32 tag 6");
    } else if (transport.rank() == 1) {
      expectMismatch(group->recv(&value, 1, DataType::F32, 0, 6),
                     "send of 1 x f32 tag 6", "send of 1 x f32 tag 5");
    }
  });
}

TEST(Arguments, AreChecked) {
  onEachRank(rankCounts().back(), [](Transport &transport) {
    auto group = groupOfAll(transport);
    int32_t x = 0;
    EXPECT_EQ(group->broadcast(&x, &x, 1, DataType::I32, group->size()).id(),
              BadGroup);
    EXPECT_EQ(group->reduce(&x, &x, 1, DataType::I32, ReduceKind::Sum, -1).id(),
              BadGroup);
    EXPECT_EQ(group->send(&x, 1, DataType::I32, group->rank(), 0).id(),
              BadGroup);
    auto members = size_t(group->size());
    std::vector<uint32_t> outOfRange(members, uint32_t(members)),
        twice(members + 1, 0), few(members - 1);
    for (const auto &from : {outOfRange, twice, few}) {
      int32_t y = 0;
      EXPECT_EQ(group->permute(&x, &y, 1, DataType::I32, from).id(), BadGroup);
    }
    EXPECT_EQ(group->recv(&x, 1, DataType::I32, -1, 0).id(), BadGroup);
    int self = transport.rank();
    int outside[] = {self, transport.size()}, same[] = {self, self};
    EXPECT_EQ(transport.makeGroup(outside, "x").status().id(), BadGroup);
    EXPECT_EQ(transport.makeGroup(same, "x").status().id(), BadGroup);
    EXPECT_EQ(transport.makeGroup({}, "x").status().id(), BadGroup);
    EXPECT_TRUE(group->barrier());
  });
}

//===- Lost ranks: on threads, where the test can go on after them --------===//

class Lost : public testing::Test {
protected:
  void SetUp() override {
    if (isMpiRank()) {
      GTEST_SKIP() << "sft-test-comm-faults does this under MPI";
    }
  }
};

/// All of `ranks` but rank 1 call; their statuses.
std::vector<Status>
callWithoutRankOne(int ranks,
                   const std::function<Status(Communicator &)> &call) {
  std::vector<Status> statuses(static_cast<size_t>(ranks));
  onEachRank(ranks, [&](Transport &transport) {
    transport.setTimeout(milliseconds(50));
    auto group = groupOfAll(transport);
    if (transport.rank() != 1) {
      statuses[size_t(transport.rank())] = call(*group);
    }
  });
  return statuses;
}

TEST_F(Lost, DeadlineNamesTheMissing) {
  auto statuses = callWithoutRankOne(3, [](Communicator &group) {
    float value = 1;
    return group.allReduce(&value, &value, 1, DataType::F32, ReduceKind::Sum);
  });
  EXPECT_EQ(statuses[0].code(), Code::PeerLost);
  EXPECT_EQ(statuses[0].id(), DeadlinePassed);
  EXPECT_EQ(statuses[0].message(),
            "all_reduce seq 1 on \"all\" not complete after 0.05 s; "
            "not entered by ranks {1}");
  EXPECT_EQ(statuses[2].message(), statuses[0].message());
}

TEST_F(Lost, LargeOperationsToo) {
  std::vector<float> data(100'000);
  auto statuses = callWithoutRankOne(2, [&](Communicator &group) {
    return group.allGather(data.data(), data.data(), 50'000, DataType::F32);
  });
  EXPECT_THAT(statuses[0].message(), HasSubstr("not entered by ranks {1}"));
}

TEST_F(Lost, Permutes) {
  const uint32_t from[] = {1, 2, 0};
  for (size_t count : {size_t(1), size_t(100'000)}) {
    auto statuses = callWithoutRankOne(3, [&](Communicator &group) {
      std::vector<float> in(count), out(count);
      return group.permute(in.data(), out.data(), count, DataType::F32, from);
    });
    for (size_t rank : {0u, 2u}) { // rank 2 sends to 1, rank 0 receives
      EXPECT_EQ(statuses[rank].id(), DeadlinePassed);
      EXPECT_EQ(statuses[rank].message(),
                "permute seq 1 on \"all\" not complete after 0.05 s; "
                "not entered by ranks {1}");
    }
  }
}

TEST_F(Lost, SendWithoutReceive) {
  float value = 1;
  auto statuses = callWithoutRankOne(2, [&](Communicator &group) {
    return group.send(&value, 1, DataType::F32, 1, 9);
  });
  EXPECT_EQ(statuses[0].message(),
            "send to rank 1 tag 9 on \"all\" not complete after 0.05 s; "
            "not taken by the peer");
}

TEST_F(Lost, ReceiveWithoutSend) {
  float value = 1;
  auto statuses = callWithoutRankOne(2, [&](Communicator &group) {
    return group.recv(&value, 1, DataType::F32, 1, 9);
  });
  EXPECT_EQ(statuses[0].code(), Code::PeerLost);
  EXPECT_THAT(statuses[0].message(), HasSubstr("not sent by the peer"));
}

TEST_F(Lost, GroupThatItsFirstMemberDoesNotMake) {
  onEachRank(2, [](Transport &transport) {
    transport.setTimeout(milliseconds(50));
    if (transport.rank() == 1) {
      int both[] = {0, 1};
      auto group = transport.makeGroup(both, "pipe");
      EXPECT_EQ(group.status().code(), Code::PeerLost);
      EXPECT_THAT(group.status().message(), HasSubstr("not made by rank 0"));
    }
  });
}

TEST_F(Lost, AbortEndsPendingAndLaterCalls) {
  onEachRank(3, [](Transport &transport) {
    auto group = groupOfAll(transport);
    if (transport.rank() == 1) {
      transport.abort(Status::error(Code::Numeric, 301, "loss is NaN"));
      transport.abort(Status::error(Code::Io, 1, "the second does not count"));
      return;
    }
    for (int call = 0; call < 2; ++call) {
      Status status = group->barrier();
      EXPECT_EQ(status.code(), Code::PeerLost);
      EXPECT_EQ(status.id(), PeerAborted);
      EXPECT_THAT(status.message(), HasSubstr("rank 1: loss is NaN"));
    }
  });
}

TEST_F(Lost, TransportsMayGoBeforeTheirGroups) {
  auto transports = makeThreadTransports(1);
  ASSERT_TRUE(transports.ok());
  auto group = groupOfAll(*transports->front());
  transports->clear();
  EXPECT_TRUE(group->barrier());
}

} // namespace
} // namespace sft::rt::test
