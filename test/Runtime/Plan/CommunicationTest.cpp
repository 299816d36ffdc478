//===- CommunicationTest.cpp - Matching and deadlock: P12, P13, mutants ---===//
#include "test/Runtime/Plan/Expect.h"

#include <functional>

namespace sft::rt::test {
namespace {

using namespace verify;
using enum fb::EntryKind;
using Instructions = std::vector<std::unique_ptr<fb::InstructionT>>;

/// Ranks of axis "pipe", each with a program of its own whose Gradients entry
/// starts by filling the buffers "a" and "b".
struct Stages {
  explicit Stages(uint32_t count, uint32_t data = 1)
      : plan({{"data", data}, {"pipe", count}}) {
    pipe = plan.group({1});
    for (uint32_t stage = 0; stage < count; ++stage) {
      ProgramBuilder program = plan.program("stage" + std::to_string(stage));
      a = program.buffer("a", {4});
      b = program.buffer("b", {4});
      bodies.push_back(program.entry(Gradients));
      bodies.back().fill(a);
      bodies.back().fill(b);
    }
    std::vector<uint32_t> ranks;
    for (uint32_t rank = 0; rank < count * data; ++rank) {
      ranks.push_back(rank % count);
    }
    plan.ranks(ranks);
  }

  /// Adds to a stage a collective from "a" to `out`, to be changed further.
  fb::CollectiveT &collective(uint32_t stage, fb::CollectiveKind kind,
                              uint32_t out) {
    uint32_t index = bodies[stage].collective(kind, pipe, a, out, 1);
    const auto &function = plan.plan.programs[stage]->functions[0];
    return *function->instructions[index]->op.AsCollective();
  }

  PlanBuilder plan;
  uint32_t pipe, a, b;
  std::vector<FunctionBuilder> bodies;
};

TEST(Communication, SendAndRecvMatch) {
  Stages stages(2);
  stages.bodies[0].send(stages.a, stages.pipe, 1, 5);
  stages.bodies[1].recv(stages.b, stages.pipe, 0, 5);
  expectOk(stages.plan);
}

TEST(Communication, P12_SendWithoutRecv) {
  Stages stages(2);
  stages.bodies[0].send(stages.a, stages.pipe, 1, 5);
  expectError(stages.plan, Unmatched,
              {"does not match", "rank 0: send of 4 f32", "with rank 1",
               "rank 1 has ended"});
}

TEST(Communication, P12_SizesDiffer) {
  Stages stages(2);
  uint32_t wide = ProgramBuilder(stages.plan.plan, 1).buffer("wide", {5});
  stages.bodies[0].send(stages.a, stages.pipe, 1, 5);
  stages.bodies[1].recv(wide, stages.pipe, 0, 5);
  expectError(stages.plan, Unmatched,
              {"rank 0: send of 4 f32", "rank 1: recv of 5 f32"});
}

TEST(Communication, P12_TypesDiffer) {
  Stages stages(2);
  uint32_t other =
      ProgramBuilder(stages.plan.plan, 1)
          .buffer("i", {4}, fb::BufferKind::Temporary, fb::DataType::I32);
  stages.bodies[0].send(stages.a, stages.pipe, 1, 5);
  stages.bodies[1].recv(other, stages.pipe, 0, 5);
  expectError(stages.plan, Unmatched, {"4 f32", "4 i32"});
}

TEST(Communication, P12_TagsDiffer) {
  Stages stages(2);
  stages.bodies[0].send(stages.a, stages.pipe, 1, 5);
  stages.bodies[1].recv(stages.b, stages.pipe, 0, 6);
  expectError(stages.plan, Unmatched, {"tag 5", "tag 6"});
}

TEST(Communication, P12_CollectivesInAnotherOrder) {
  Stages stages(2);
  stages.bodies[0].allReduce(stages.pipe, stages.a, 1);
  stages.bodies[0].allReduce(stages.pipe, stages.b, 2);
  stages.bodies[1].allReduce(stages.pipe, stages.b, 2);
  stages.bodies[1].allReduce(stages.pipe, stages.a, 1);
  expectError(stages.plan, Unmatched, {"all_reduce", "tag 1", "tag 2"});
}

TEST(Communication, P12_CollectivesOfOtherGroupsInAnotherOrder) {
  // Nobody would wait in vain: the rank that swaps finds its partners.
  PlanBuilder plan({{"x", 2}, {"y", 2}});
  uint32_t groups[] = {plan.group({0}), plan.group({1})};
  for (uint32_t rank = 0; rank < 4; ++rank) {
    ProgramBuilder program = plan.program("p" + std::to_string(rank));
    uint32_t a = program.buffer("a", {4});
    FunctionBuilder body = program.entry(Gradients);
    body.fill(a);
    bool swaps = rank == 3;
    body.allReduce(groups[swaps], a, 1 + swaps);
    body.allReduce(groups[!swaps], a, 2 - swaps);
  }
  plan.ranks({0, 1, 2, 3});
  expectError(plan, Unmatched,
              {"another order than their tags: tag 2 in", "tag 1 in", "p3"});
}

TEST(Communication, P12_CollectiveMissing) {
  Stages stages(3);
  stages.bodies[0].allReduce(stages.pipe, stages.a, 1);
  stages.bodies[2].allReduce(stages.pipe, stages.a, 1);
  expectError(stages.plan, Unmatched, {"rank 0", "rank 1 has ended"});
}

TEST(Communication, P12_RootsDiffer) {
  Stages stages(2);
  for (uint32_t stage : {0u, 1u}) {
    stages.collective(stage, fb::CollectiveKind::Broadcast, stages.a).root =
        stage;
  }
  expectError(stages.plan, Unmatched, {"root 0", "root 1"});
}

/// Both stages permute "a" to "b", each in its own way.
Status permuteBy(const std::vector<uint32_t> &first,
                 const std::vector<uint32_t> &second) {
  Stages stages(2);
  for (uint32_t stage : {0u, 1u}) {
    stages.collective(stage, fb::CollectiveKind::Permute, stages.b).from =
        stage == 0 ? first : second;
  }
  return statusOf(stages.plan);
}

TEST(Communication, P12_PermutationsDiffer) {
  EXPECT_TRUE(permuteBy({1, 0}, {1, 0}).ok());
  expectError(permuteBy({1, 0}, {0, 1}), Unmatched,
              {"permute of 4 f32", "from 1 0", "from 0 1"});
}

TEST(Communication, P12_OneProgramLacksAnEntry) {
  Stages stages(2);
  ProgramBuilder(stages.plan.plan, 0).entry(Evaluate);
  expectError(stages.plan, Unmatched, {"stage0", "stage1", "Evaluate"});
}

TEST(Communication, P13_BothSendFirst) {
  Stages stages(2);
  for (uint32_t stage : {0u, 1u}) {
    stages.bodies[stage].send(stages.a, stages.pipe, 1 - stage, stage);
    stages.bodies[stage].recv(stages.b, stages.pipe, 1 - stage, 1 - stage);
  }
  expectError(stages.plan, Deadlock,
              {"deadlocks", "rank 0: send", "rank 1: send", "waits for",
               "test.mlir:3:7"});
}

TEST(Communication, P13_CycleOfThree) {
  Stages stages(4); // rank 3 takes no part
  for (uint32_t stage : {0u, 1u, 2u}) {
    uint32_t next = (stage + 1) % 3, before = (stage + 2) % 3;
    stages.bodies[stage].send(stages.a, stages.pipe, next, stage);
    stages.bodies[stage].recv(stages.b, stages.pipe, before, before);
  }
  Status status = statusOf(stages.plan);
  expectError(status, Deadlock, {"rank 0: send", "rank 1: send", "rank 2"});
  EXPECT_EQ(status.message().find("rank 3"), std::string::npos);
}

TEST(Communication, P13_CollectiveAgainstSend) {
  Stages stages(2);
  stages.bodies[0].allReduce(stages.pipe, stages.a, 1);
  stages.bodies[0].recv(stages.b, stages.pipe, 1, 2);
  stages.bodies[1].send(stages.b, stages.pipe, 0, 2);
  stages.bodies[1].allReduce(stages.pipe, stages.a, 1);
  expectError(stages.plan, Deadlock, {"all_reduce", "send"});
}

TEST(Communication, P13_GroupsCrossed) {
  // 2 x 2 ranks with a program each; rows and columns in opposite orders.
  PlanBuilder plan({{"x", 2}, {"y", 2}});
  uint32_t groups[] = {plan.group({0}), plan.group({1})};
  for (uint32_t rank = 0; rank < 4; ++rank) {
    ProgramBuilder program = plan.program("p" + std::to_string(rank));
    uint32_t a = program.buffer("a", {4});
    FunctionBuilder body = program.entry(Gradients);
    body.fill(a);
    bool odd = rank == 1 || rank == 2;
    body.allReduce(groups[odd], a, 1);
    body.allReduce(groups[!odd], a, 1);
  }
  plan.ranks({0, 1, 2, 3});
  expectError(plan, Deadlock, {"waits for"});
}

TEST(Communication, TwinsThatCouldBeSwappedAreRefused) {
  Stages stages(2);
  stages.bodies[0].send(stages.a, stages.pipe, 1, 5);
  stages.bodies[0].send(stages.b, stages.pipe, 1, 5);
  stages.bodies[1].recv(stages.a, stages.pipe, 0, 5);
  stages.bodies[1].recv(stages.b, stages.pipe, 0, 5);
  expectError(stages.plan, Unmatched, {"different tags"});
}

TEST(Communication, OneProgramNeedsNoTags) {
  PlanBuilder plan({{"data", 4}});
  uint32_t data = plan.group({0});
  ProgramBuilder program = plan.program("all");
  uint32_t a = program.buffer("a", {4}), b = program.buffer("b", {4});
  FunctionBuilder body = program.entry(Gradients);
  for (uint32_t buffer : {a, b}) {
    body.fill(buffer);
    body.allReduce(data, buffer);
  }
  expectOk(plan);
}

TEST(Communication, ThousandsOfRanksFoldToTheirPrograms) {
  Stages stages(8, 8192);
  uint32_t data = stages.plan.group({0});
  for (uint32_t stage = 0; stage < 8; ++stage) {
    FunctionBuilder &body = stages.bodies[stage];
    for (uint32_t i = 0; i < 200; ++i) {
      if (stage > 0) {
        body.recv(stages.a, stages.pipe, stage - 1, i);
      }
      if (stage < 7) {
        body.send(stages.a, stages.pipe, stage + 1, i);
      }
      body.allReduce(data, stages.b);
    }
  }
  expectOk(stages.plan);
}

/// Applies every mutation of one kind to every communication (and call) of
/// every program of the pipeline; returns how many there were, and expects
/// each to be refused.
size_t
mutate(const std::function<bool(Instructions &, size_t, size_t)> &apply) {
  size_t count = 0;
  auto communicates = [](const fb::InstructionT &instruction) {
    return instruction.op.AsCollective() || instruction.op.AsSend() ||
           instruction.op.AsRecv() || instruction.op.AsCall();
  };
  PlanBuilder original = pipelinePlan();
  for (size_t p = 0; p < original.plan.programs.size(); ++p) {
    const auto &functions = original.plan.programs[p]->functions;
    for (size_t f = 0; f < functions.size(); ++f) {
      size_t size = functions[f]->instructions.size();
      for (size_t i = 0; i < size; ++i) {
        for (size_t j = 0; j < size; ++j) {
          PlanBuilder plan = pipelinePlan();
          Instructions &list =
              plan.plan.programs[p]->functions[f]->instructions;
          if (!communicates(*list[i]) || !communicates(*list[j]) ||
              !apply(list, i, j)) {
            continue;
          }
          ++count;
          EXPECT_EQ(statusOf(plan).code(), Code::Data)
              << "program " << p << " function " << f << " instructions " << i
              << ", " << j;
        }
      }
    }
  }
  return count;
}

TEST(CommunicationMutants, P12_DroppedIsCaught) {
  size_t count = mutate([](Instructions &list, size_t i, size_t j) {
    if (i == j) {
      list.erase(list.begin() + int64_t(i));
    }
    return i == j;
  });
  EXPECT_EQ(count, 18u);
}

TEST(CommunicationMutants, P12_DuplicatedIsCaught) {
  size_t count = mutate([](Instructions &list, size_t i, size_t j) {
    auto copy = std::make_unique<fb::InstructionT>(*list[i]);
    list.insert(list.begin() + int64_t(j), std::move(copy));
    return true;
  });
  EXPECT_EQ(count, 2u * (1 + 1 + 7 * 7));
}

TEST(CommunicationMutants, P12_SwappedIsCaught) {
  size_t count = mutate([](Instructions &list, size_t i, size_t j) {
    std::swap(list[i], list[j]);
    return i < j;
  });
  EXPECT_EQ(count, 2u * (7 * 6 / 2));
}

/// What one side alone says differently, by number: the operation, reduction,
/// peer, tag or buffer (of another size).
bool change(fb::InstructionT &instruction, size_t what) {
  constexpr uint32_t loss = 4;
  if (auto *all = instruction.op.AsCollective()) {
    switch (what) {
    case 0:
      all->kind = all->kind == fb::CollectiveKind::Broadcast
                      ? fb::CollectiveKind::AllReduce
                      : fb::CollectiveKind::Broadcast;
      return true;
    case 1:
      all->reduce = fb::ReduceKind::Max;
      return true;
    case 2:
      all->root = 1;
      return true;
    case 3:
      all->tag += 100;
      return true;
    case 4:
      all->in = all->out = all->in == loss ? 0 : loss;
      return true;
    }
  }
  auto changePeers = [&](auto &message) {
    switch (what) {
    case 0:
      message.peer = 1 - message.peer;
      return true;
    case 1:
      message.tag += 100;
      return true;
    case 2:
      message.buffer = loss;
      return true;
    }
    return false;
  };
  if (auto *send = instruction.op.AsSend()) {
    return changePeers(*send);
  }
  auto *recv = instruction.op.AsRecv();
  return recv && changePeers(*recv);
}

TEST(CommunicationMutants, P12_ChangedIsCaught) {
  constexpr size_t changes = 5;
  size_t count = 0;
  fb::PlanT original = pipelinePlan().plan;
  for (size_t p = 0; p < original.programs.size(); ++p) {
    const auto &functions = original.programs[p]->functions;
    for (size_t f = 0; f < functions.size(); ++f) {
      for (size_t i = 0; i < functions[f]->instructions.size() * changes; ++i) {
        PlanBuilder plan = pipelinePlan();
        auto &list = plan.plan.programs[p]->functions[f]->instructions;
        if (change(*list[i / changes], i % changes)) {
          ++count;
          EXPECT_EQ(statusOf(plan).code(), Code::Data)
              << "program " << p << " function " << f << " instruction "
              << i / changes << " change " << i % changes;
        }
      }
    }
  }
  EXPECT_EQ(count, 2u * (3 * changes + 2 * 3));
}

} // namespace
} // namespace sft::rt::test
