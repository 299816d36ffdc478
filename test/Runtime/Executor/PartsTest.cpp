// Small parts of the executor, alone.
#include "runtime/comm/Threads.h"
#include "runtime/data/NpzWriter.h"
#include "runtime/executor/Json.h"
#include "runtime/executor/StepRing.h"
#include "runtime/executor/StopVote.h"
#include "runtime/executor/Tensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <thread>

namespace {

using namespace sft::rt;

TEST(NpzWriter, IsReadBack) {
  std::string path =
      testing::TempDir() + "sft-parts-" + std::to_string(getpid()) + ".npz";
  float values[] = {1, 2, 3, 4, 5, 6};
  int64_t labels[] = {7, 8};
  TensorRef tensors[] = {{"values", DataType::F32, {2, 3}, values},
                         {"labels", DataType::I64, {2}, labels}};
  ASSERT_TRUE(writeNpz(path, tensors).ok());
  auto file = openDataset(path);
  ASSERT_TRUE(file.ok()) << file.status().message();
  const DenseArray *array = (*file)->findDense("values");
  ASSERT_NE(array, nullptr);
  EXPECT_EQ(array->dims, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(memcmp(array->data, values, sizeof values), 0);
  EXPECT_NE((*file)->findDense("labels"), nullptr);
  std::filesystem::remove(path);
}

TEST(NpzWriter, NamesWhatItCannotWrite) {
  TensorRef half[] = {{"x", DataType::BF16, {1}, "\0"}};
  EXPECT_EQ(writeNpz("unused.npz", half).code(), Code::Config);
  EXPECT_EQ(writeNpz("/no/such/folder/x.npz", {}).code(), Code::CannotCreate);
}

/// The slice of a 4 x 6 tensor: rows 2..3, columns 3..5.
TEST(Tensors, SlicesGoOutAndComeBack) {
  std::vector<float> global(24), local(6), again(24);
  for (size_t i = 0; i < global.size(); ++i) {
    global[i] = float(i);
  }
  TensorSlice slice{.name = "w",
                    .type = DataType::F32,
                    .globalDims = {4, 6},
                    .offset = {2, 3},
                    .size = {2, 3},
                    .data = local.data(),
                    .writer = true};
  takeSlice(slice, global.data());
  EXPECT_EQ(local, (std::vector<float>{15, 16, 17, 21, 22, 23}));
  putSlice(slice, again.data());
  for (size_t i = 0; i < again.size(); ++i) {
    bool inside = i / 6 >= 2 && i % 6 >= 3;
    EXPECT_EQ(again[i], inside ? global[i] : 0.0f) << i;
  }
}

/// The last part of five columns in three: behind the fifth stands a zero,
/// which never gets out.
TEST(Tensors, PartsMayReachBeyondTheEnd) {
  std::vector<float> global{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, local(4, -1);
  TensorSlice slice{.name = "w",
                    .type = DataType::F32,
                    .globalDims = {2, 5},
                    .offset = {0, 4},
                    .size = {2, 2},
                    .data = local.data(),
                    .writer = true};
  takeSlice(slice, global.data());
  EXPECT_EQ(local, (std::vector<float>{5, 0, 10, 0}));
  local = {11, -1, 12, -1};
  putSlice(slice, global.data());
  EXPECT_EQ(global, (std::vector<float>{1, 2, 3, 4, 11, 6, 7, 8, 9, 12}));
  slice.offset = {2, 0}; // nothing of it is in the tensor
  takeSlice(slice, global.data());
  EXPECT_EQ(local, std::vector<float>(4));
  EXPECT_EQ(slice.held().elements(), 0);
}

TEST(Tensors, AScalarIsOneElement) {
  float global = 5, local = 0;
  TensorSlice slice{.name = "s",
                    .type = DataType::F32,
                    .globalDims = {},
                    .offset = {},
                    .size = {},
                    .data = &local,
                    .writer = true};
  takeSlice(slice, &global);
  EXPECT_EQ(local, 5);
}

TEST(Json, EscapesAndKeepsNumbersValid) {
  EXPECT_EQ(jsonQuoted("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
  EXPECT_EQ(jsonNumber(0.5), "0.5");
  EXPECT_EQ(jsonNumber(1.0 / 0.0), "null");
}

TEST(StepRing, LosesNothing) {
  StepRing ring;
  constexpr uint64_t kCount = 100000; // more than fit
  std::thread writer([&] {
    for (uint64_t i = 0; i < kCount; ++i) {
      StepRecord record;
      record.step = i;
      ring.push(record);
    }
  });
  StepRecord record;
  for (uint64_t expected = 0; expected < kCount;) {
    if (ring.pop(record)) {
      ASSERT_EQ(record.step, expected++);
    } else {
      std::this_thread::yield();
    }
  }
  writer.join();
  EXPECT_FALSE(ring.pop(record));
}

/// One rank's wish at one step stops all after the same step.
TEST(StopVote, AllRanksStopAfterTheSameStep) {
  constexpr int kRanks = 3;
  auto transports = makeThreadTransports(kRanks);
  ASSERT_TRUE(transports.ok());
  std::vector<uint64_t> stopped(kRanks);
  std::vector<std::thread> threads;
  for (int r = 0; r < kRanks; ++r) {
    threads.emplace_back([&, r] {
      std::vector<int> all = {0, 1, 2};
      auto world = (*transports)[size_t(r)]->makeGroup(all, "world");
      ASSERT_TRUE(world.ok());
      StopVote vote(0);
      for (uint64_t step = 1;; ++step) {
        auto stop = vote.stopAfter(step, r == 1 && step >= 100, **world);
        ASSERT_TRUE(stop.ok());
        if (*stop) {
          stopped[size_t(r)] = step;
          return;
        }
      }
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  EXPECT_GE(stopped[0], 100u);
  EXPECT_EQ(stopped, std::vector<uint64_t>(kRanks, stopped[0]));
}

} // namespace
