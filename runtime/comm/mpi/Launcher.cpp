#include "runtime/comm/mpi/Launcher.h"

#include "runtime/comm/Errors.h"
#include "runtime/comm/Mpi.h"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace sft::rt {

namespace {

struct Variables {
  const char *launcher, *rank, *size;
};
// A Slurm batch script has a rank too; only a step has a number of tasks.
constexpr Variables launchers[] = {
    {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
    {"a PMI launcher", "PMI_RANK", "PMI_SIZE"},
};

std::optional<int> number(const char *text) {
  int value = -1;
  const char *end = text + strlen(text);
  auto [stop, error] = std::from_chars(text, end, value);
  return error == std::errc() && stop == end && value >= 0
             ? std::optional(value)
             : std::nullopt;
}

Status inconsistent(const Variables &names, const char *rank,
                    const char *size) {
  return Status::error(
      Code::Usage, LauncherInconsistent,
      format("the rank environment contradicts itself: %s=%s, %s=%s; %s must "
             "be below %s",
             names.rank, rank ? rank : "(unset)", names.size,
             size ? size : "(unset)", names.rank, names.size));
}

/// Readable when the process is gone; -1 where the kernel cannot say.
int watchProcess(pid_t pid) { return int(syscall(SYS_pidfd_open, pid, 0)); }

void awaitDeath(pid_t parent) {
  if (int fd = watchProcess(parent); fd >= 0) {
    pollfd item{fd, POLLIN, 0};
    while (poll(&item, 1, -1) < 0 && errno == EINTR) {
    }
    return;
  }
  while (getppid() == parent) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
}

} // namespace

Expected<std::optional<LaunchedAs>> launchedAs() {
  for (const Variables &names : launchers) {
    const char *rank = getenv(names.rank);
    const char *size = getenv(names.size);
    if (size == nullptr && (rank == nullptr || names.rank[0] == 'S')) {
      continue;
    }
    auto rankValue = rank ? number(rank) : std::nullopt;
    auto sizeValue = size ? number(size) : std::nullopt;
    if (!rankValue || !sizeValue || *rankValue >= *sizeValue) {
      return inconsistent(names, rank, size);
    }
    return std::optional(LaunchedAs{names.launcher, *rankValue, *sizeValue});
  }
  return std::optional<LaunchedAs>();
}

bool underMpi() {
  auto launched = launchedAs();
  return !launched || (*launched && (*launched)->size > 1);
}

void dieWithLauncher() {
  // The signal ends a stopped rank too, which no thread of its own can do; the
  // thread is for launchers that start ranks from a thread that ends early,
  // for which the signal would come too soon.
  if (getenv("OMPI_COMM_WORLD_SIZE") != nullptr) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  }
  std::thread([parent = getppid()] {
    awaitDeath(parent);
    constexpr char text[] = "error[SFT0415] the launcher is gone\n";
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(int(Code::PeerLost));
  }).detach();
}

} // namespace sft::rt
