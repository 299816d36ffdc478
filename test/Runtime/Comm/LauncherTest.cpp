// What the launchers' variables say, and what is refused.
#include "runtime/comm/mpi/Launcher.h"
#include "runtime/comm/Errors.h"
#include "runtime/comm/Mpi.h"
#include "runtime/comm/mpi/MpiLibrary.h"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sft::rt::test {
namespace {

/// Sets the variables of one launcher, for one test.
class Launcher : public testing::Test {
protected:
  void SetUp() override {
    for (const char *name : names) {
      const char *value = getenv(name);
      saved.emplace_back(value ? value : "", value != nullptr);
      unsetenv(name);
    }
  }
  void TearDown() override {
    for (size_t i = 0; i < std::size(names); ++i) {
      saved[i].second ? setenv(names[i], saved[i].first.c_str(), 1)
                      : unsetenv(names[i]);
    }
  }

  static constexpr const char *names[] = {"OMPI_COMM_WORLD_RANK",
                                          "OMPI_COMM_WORLD_SIZE",
                                          "PMI_RANK",
                                          "PMI_SIZE",
                                          "SLURM_PROCID",
                                          "SLURM_STEP_NUM_TASKS",
                                          "SFT_MPI_LIBRARY",
                                          "SFT_MPI_SHARED"};
  std::vector<std::pair<std::string, bool>> saved;
};

TEST_F(Launcher, None) {
  EXPECT_FALSE(underMpi());
  auto launched = launchedAs();
  ASSERT_TRUE(launched.ok());
  EXPECT_FALSE(launched->has_value());
}

TEST_F(Launcher, EachKind) {
  for (auto [rank, size] :
       {std::pair(names[0], names[1]), std::pair(names[2], names[3]),
        std::pair(names[4], names[5])}) {
    SetUp();
    setenv(rank, "1", 1);
    setenv(size, "3", 1);
    EXPECT_TRUE(underMpi());
    auto launched = launchedAs();
    ASSERT_TRUE(launched.ok());
    EXPECT_EQ((*launched)->rank, 1);
    EXPECT_EQ((*launched)->size, 3);
  }
}

TEST_F(Launcher, OneRankNeedsNoMpi) {
  setenv("OMPI_COMM_WORLD_RANK", "0", 1);
  setenv("OMPI_COMM_WORLD_SIZE", "1", 1);
  EXPECT_FALSE(underMpi());
}

TEST_F(Launcher, ABatchScriptIsNoStep) {
  setenv("SLURM_PROCID", "0", 1);
  EXPECT_FALSE(underMpi());
}

void expectRefused(const char *rank, const char *size) {
  rank ? setenv("OMPI_COMM_WORLD_RANK", rank, 1)
       : unsetenv("OMPI_COMM_WORLD_RANK");
  size ? setenv("OMPI_COMM_WORLD_SIZE", size, 1)
       : unsetenv("OMPI_COMM_WORLD_SIZE");
  EXPECT_TRUE(underMpi());
  auto transport = makeMpiTransport();
  ASSERT_FALSE(transport.ok());
  EXPECT_EQ(transport.status().code(), Code::Usage);
  EXPECT_EQ(transport.status().id(), LauncherInconsistent);
}

TEST_F(Launcher, ContradictionsAreUsageErrors) {
  expectRefused("2", "2");
  expectRefused("0", nullptr);
  expectRefused(nullptr, "2");
  expectRefused("0", "0");
  expectRefused("-1", "2");
  expectRefused("1x", "2");
  expectRefused("", "2");
}

TEST_F(Launcher, BadSettingIsAUsageError) {
  setenv("SFT_MPI_SHARED", "yes", 1);
  auto transport = makeMpiTransport();
  ASSERT_FALSE(transport.ok());
  EXPECT_EQ(transport.status().code(), Code::Usage);
  EXPECT_EQ(transport.status().id(), BadSetting);
}

TEST_F(Launcher, MissingLibrarySaysWhatToInstall) {
  setenv("SFT_MPI_LIBRARY", "/nowhere/libmpi.so", 1);
  auto library = MpiLibrary::open();
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.status().code(), Code::Unavailable);
  EXPECT_EQ(library.status().id(), MpiMissing);
  EXPECT_THAT(library.status().message(), testing::HasSubstr("libopenmpi3"));
}

TEST_F(Launcher, ForeignLibraryIsRefused) {
  setenv("SFT_MPI_LIBRARY", "libm.so.6", 1);
  auto library = MpiLibrary::open();
  ASSERT_FALSE(library.ok());
  EXPECT_EQ(library.status().id(), MpiUnknown);
}

/// A rank that says when it is ready, and again if it lives too long.
[[noreturn]] void beRank(int out) {
  dieWithLauncher();
  (void)!write(out, "r", 1);
  sleep(20);
  (void)!write(out, "s", 1);
  _exit(0);
}

/// True if a rank goes when the process that started it is killed.
bool diesWithLauncher() {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  pid_t launcher = fork();
  if (launcher == 0) {
    if (fork() == 0) {
      beRank(ends[1]);
    }
    close(ends[1]);
    pause();
  }
  close(ends[1]);
  char said = 0;
  EXPECT_EQ(read(ends[0], &said, 1), 1);
  EXPECT_EQ(said, 'r');
  kill(launcher, SIGKILL);
  waitpid(launcher, nullptr, 0);
  ssize_t more = read(ends[0], &said, 1); // waits for the rank's end
  close(ends[0]);
  return more == 0;
}

TEST_F(Launcher, RanksDieWithIt) {
  EXPECT_TRUE(diesWithLauncher());
  setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
  EXPECT_TRUE(diesWithLauncher());
}

} // namespace
} // namespace sft::rt::test
