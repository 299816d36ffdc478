#include "runtime/checkpoint/Checkpoint.h"
#include "runtime/base/Failpoint.h"
#include "runtime/base/Log.h"
#include "runtime/comm/Threads.h"
#include "test/Runtime/TemporaryFolder.h"

#include <csignal>
#include <functional>
#include <numeric>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fs = std::filesystem;

namespace sft::rt {
namespace {

/// Runs `body` on this many ranks, each a thread; returns rank 0's status.
Status onRanks(int ranks, const std::function<Status(Communicator &)> &body) {
  auto transports = makeThreadTransports(ranks);
  EXPECT_TRUE(transports.ok());
  std::vector<int> members(size_t(ranks), 0);
  std::iota(members.begin(), members.end(), 0);
  std::vector<Status> results(transports->size());
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      Transport &transport = *(*transports)[size_t(rank)];
      auto world = transport.makeGroup(members, "world");
      results[size_t(rank)] = world.ok() ? body(**world) : world.takeError();
    });
  }
  for (std::thread &thread : threads) {
    thread.join();
  }
  for (int rank = 1; rank < ranks; ++rank) {
    EXPECT_EQ(results[size_t(rank)].code(), results[0].code());
  }
  return std::move(results[0]);
}

constexpr int64_t kRows = 6, kColumns = 4;

/// One rank's part of "w" [6, 4], cut along dimension `cut` (-1: a replica),
/// and of the replicated scalar "t".
struct Model {
  Model(int rank, int ranks, int cut) {
    std::vector<int64_t> offset{0, 0}, size{kRows, kColumns};
    if (cut >= 0) {
      size[size_t(cut)] /= ranks;
      offset[size_t(cut)] = size[size_t(cut)] * rank;
    }
    w.resize(size_t(size[0] * size[1]), -1.0f);
    slices.push_back({"w",
                      DataType::F32,
                      {kRows, kColumns},
                      offset,
                      size,
                      w.data(),
                      cut >= 0 || rank == 0});
    slices.push_back({"t", DataType::I64, {}, {}, {}, &t, rank == 0});
  }

  /// Element (i, j) of the global tensor is 100 base + 10 i + j.
  void set(int base) {
    t = base;
    forEach([&](float &value, float place) {
      value = 100.0f * float(base) + place;
    });
  }
  bool is(int base) {
    bool same = t == base;
    forEach([&](float &value, float place) {
      same &= value == 100.0f * float(base) + place;
    });
    return same;
  }
  void forEach(const std::function<void(float &, float)> &visit) {
    const TensorSlice &slice = slices[0];
    size_t at = 0;
    for (int64_t i = 0; i < slice.size[0]; ++i) {
      for (int64_t j = 0; j < slice.size[1]; ++j) {
        visit(w[at++], float(10 * (slice.offset[0] + i) + slice.offset[1] + j));
      }
    }
  }

  std::vector<float> w;
  int64_t t = -1;
  std::vector<TensorSlice> slices;
};

class CheckpointTest : public testing::Test {
protected:
  void SetUp() override {
    setLogSink([this](LogLevel, int id, const std::string &message) {
      warnings.push_back(std::to_string(id) + " " + message);
    });
  }
  void TearDown() override {
    EXPECT_TRUE(armFailpoints(nullptr).ok());
    setLogSink(nullptr);
  }

  CheckpointIdentity identity{"plan", 77, "data=1", 1};

  Status save(uint64_t step, int ranks = 1, int cut = -1, int keep = 2) {
    return onRanks(ranks, [&](Communicator &world) -> Status {
      SFT_ASSIGN_OR_RETURN(
          auto checkpointer,
          Checkpointer::open({directory, keep}, identity, world));
      Model model(world.rank(), ranks, cut);
      model.set(int(step));
      return checkpointer->save({step, 1, 2, 3, true}, model.slices);
    });
  }

  /// The step that a resume of `path` finds; its tensors must be that step's.
  Expected<uint64_t> resumed(const std::string &path, int ranks = 1,
                             int cut = -1) {
    std::atomic<uint64_t> step{0};
    Status status = onRanks(ranks, [&](Communicator &world) -> Status {
      Model model(world.rank(), ranks, cut);
      SFT_ASSIGN_OR_RETURN(RunState state,
                           resume(path, identity, model.slices, world));
      EXPECT_TRUE(model.is(int(state.step)));
      EXPECT_EQ(state.batch, 2u);
      step = state.step;
      return {};
    });
    return status.ok() ? Expected<uint64_t>(step.load())
                       : Expected<uint64_t>(std::move(status));
  }

  void expectResumes(uint64_t step) {
    auto found = resumed(directory);
    ASSERT_TRUE(found.ok()) << found.status().message();
    EXPECT_EQ(*found, step);
  }

  bool warned(const std::string &part) const {
    return std::any_of(warnings.begin(), warnings.end(), [&](auto &line) {
      return line.find(part) != line.npos;
    });
  }

  TemporaryFolder folder;
  std::string directory = folder / "ckpt";
  std::vector<std::string> warnings;
};

TEST_F(CheckpointTest, SavesResumesAndKeepsTwo) {
  for (uint64_t step : {100, 200, 300}) {
    Status status = save(step);
    ASSERT_TRUE(status.ok()) << status.message();
  }
  expectResumes(300);
  EXPECT_EQ(readFile(directory + "/latest"), "step-00000300");
  EXPECT_FALSE(fs::exists(directory + "/step-00000100"));
  EXPECT_TRUE(fs::exists(directory + "/step-00000200"));
  EXPECT_TRUE(warnings.empty());
}

TEST_F(CheckpointTest, F22_AnyMeshResumesWhatAnyMeshSaved) {
  for (auto [ranks, cut] : {std::pair(1, -1), {2, 0}, {3, 0}, {4, 1}, {2, 1}}) {
    Status status = save(100, ranks, cut);
    ASSERT_TRUE(status.ok()) << status.message();
    for (auto [readers, way] :
         {std::pair(1, -1), {2, 0}, {3, 0}, {4, 1}, {3, -1}}) {
      auto step = resumed(directory, readers, way);
      EXPECT_TRUE(step.ok()) << step.status().message();
    }
  }
}

/// Dies in a child process at the failpoint, as by kill -9.
void saveAndDie(const std::string &failpoint,
                const std::function<void()> &save) {
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (!armFailpoints((failpoint + ":kill").c_str()).ok()) {
      _exit(1);
    }
    save();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
      << failpoint << " was not passed";
}

TEST_F(CheckpointTest, F02_KilledAtEachPointOfTheProtocol) {
  const std::pair<const char *, uint64_t> points[] = {
      {"checkpoint.mkdir", 100},
      {"file.write@hit=3", 100},
      {"checkpoint.synced", 100},
      {"checkpoint.before-manifest", 100},
      {"checkpoint.after-manifest", 100},
      {"checkpoint.before-rename", 100},
      {"checkpoint.after-rename", 200},
      {"checkpoint.before-latest", 200},
      {"checkpoint.gc", 200}};
  for (auto [point, expected] : points) {
    SCOPED_TRACE(point);
    fs::remove_all(directory);
    ASSERT_TRUE(save(100, 1, -1, 1).ok());
    saveAndDie(point, [&] { (void)save(200, 1, -1, 1); });
    expectResumes(expected);
    // The next save reports what lies around, and clears it away.
    bool leftover = expected == 100 || std::string(point) == "checkpoint.gc";
    warnings.clear();
    ASSERT_TRUE(save(300).ok());
    EXPECT_EQ(warned("510 ignoring incomplete"), leftover);
    for (const auto &entry : fs::directory_iterator(directory)) {
      std::string name = entry.path().filename();
      EXPECT_EQ(name.find("tmp"), name.npos) << name;
      EXPECT_EQ(name.find("trash"), name.npos) << name;
    }
    expectResumes(300);
  }
}

TEST_F(CheckpointTest, F17_F18_FailedSaveOnOneRankCancelsOnAll) {
  ASSERT_TRUE(save(100).ok());
  for (const char *fault :
       {"file.write@rank=0:enospc", "file.write@hit=5:short",
        "file.sync@hit=2:eio", "checkpoint.after-manifest:eio"}) {
    SCOPED_TRACE(fault);
    ASSERT_TRUE(armFailpoints(fault).ok());
    Status status = save(200, 3, 0);
    ASSERT_TRUE(armFailpoints(nullptr).ok());
    EXPECT_EQ(status.code(), Code::Io) << status.message();
    EXPECT_FALSE(fs::exists(directory + "/step-00000200"));
    expectResumes(100);
  }
  for (const auto &entry : fs::directory_iterator(directory)) {
    EXPECT_EQ(entry.path().filename().string().find("tmp"), std::string::npos);
  }
}

TEST_F(CheckpointTest, F19_DirectoryNotUsable) {
  folder.write("ckpt", "a file");
  Status status = save(100);
  EXPECT_EQ(status.code(), Code::CannotCreate) << status.message();
  directory = "/proc/ckpt";
  status = save(100, 2, 0);
  EXPECT_EQ(status.code(), Code::CannotCreate) << status.message();
}

TEST_F(CheckpointTest, F37_SecondJobIsRefused) {
  Status status = onRanks(1, [&](Communicator &world) -> Status {
    auto first = Checkpointer::open({directory, 2}, identity, world);
    EXPECT_TRUE(first.ok());
    return Checkpointer::open({directory, 2}, identity, world).takeError();
  });
  EXPECT_EQ(status.code(), Code::CannotCreate);
  std::string owner = "locked by process " + std::to_string(getpid()) + " on ";
  EXPECT_NE(status.message().find(owner), std::string::npos)
      << status.message();
}

TEST_F(CheckpointTest, F20_FlippedBitFallsBack) {
  ASSERT_TRUE(save(100, 2, 0).ok());
  ASSERT_TRUE(save(200, 2, 0).ok());
  std::string step = directory + "/step-00000200";
  std::string shard = step + "/model-00002-of-00002.safetensors";
  std::string bytes = readFile(shard);
  bytes.back() = char(bytes.back() ^ 1);
  std::ofstream(shard, std::ios::binary) << bytes;
  expectResumes(100);
  EXPECT_TRUE(warned("510 ignoring damaged checkpoint"));
  EXPECT_TRUE(warned("model-00002-of-00002.safetensors is damaged"));
  auto named = resumed(step);
  EXPECT_EQ(named.status().code(), Code::Data);
}

TEST_F(CheckpointTest, F21_MissingTruncatedAndGarbage) {
  std::string step = directory + "/step-00000200/";
  const std::function<void()> damages[] = {
      [&] { fs::remove(step + "model-00001-of-00001.safetensors"); },
      [&] { fs::resize_file(step + "model-00001-of-00001.safetensors", 20); },
      [&] { fs::remove(step + "manifest.json"); },
      [&] { fs::resize_file(step + "manifest.json", 20); },
      [&] {
        fs::rename(step + "manifest.json", folder / "m.json");
        fs::create_symlink(folder / "m.json", step + "manifest.json");
      }};
  for (const auto &damage : damages) {
    fs::remove_all(directory);
    ASSERT_TRUE(save(100).ok());
    ASSERT_TRUE(save(200).ok());
    damage();
    expectResumes(100);
  }
  folder.write("ckpt/latest", "step-99999999");
  expectResumes(100);
}

TEST_F(CheckpointTest, NothingThere) {
  EXPECT_EQ(resumed(directory, 2, 0).status().code(), Code::NoInput);
}

TEST_F(CheckpointTest, F23_AnotherModel) {
  ASSERT_TRUE(save(100).ok());
  Status status = onRanks(1, [&](Communicator &world) -> Status {
    Model model(0, 1, -1);
    model.slices[0].name = "v";
    return resume(directory, identity, model.slices, world).takeError();
  });
  EXPECT_EQ(status.code(), Code::Config);
  EXPECT_NE(status.message().find("missing v: f32x6x4; unexpected w: f32x6x4"),
            std::string::npos)
      << status.message();
  identity.modelFingerprint = 78;
  EXPECT_EQ(resumed(directory).status().code(), Code::Config);
}

} // namespace
} // namespace sft::rt
