// Latency and bandwidth of all_reduce on the ranks of one host. Buffers come
// from allocateShared, as the executor's do.
//
//   sft-bench-allreduce [RANKS]                  threads
//   mpirun -n 2 sft-bench-allreduce              mpi
#include "runtime/comm/Mpi.h"
#include "runtime/comm/Threads.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <sched.h>
#include <thread>

using namespace sft::rt;

namespace {

constexpr size_t largest = size_t(64) << 20;

double secondsSince(std::chrono::steady_clock::time_point start) {
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  return time.count();
}

/// A rank on each processor, as the executor does it.
void pin(int local) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(unsigned(local) % std::thread::hardware_concurrency(), &set);
  sched_setaffinity(0, sizeof(set), &set);
}

/// Median of the seconds of one in-place all_reduce of `bytes`. Before each,
/// the rank writes its buffer anew, as the kernels of a step do: without that,
/// every rank would find its part of all buffers in its own cache.
Expected<double> measure(Communicator &group, float *data, size_t bytes) {
  size_t count = bytes / sizeof(float);
  auto calls = std::clamp<size_t>((size_t(1) << 30) / bytes, 9, 5000);
  std::vector<double> times;
  for (size_t call = 0; call < calls; ++call) {
    std::fill_n(data, count, 1.0f);
    SFT_RETURN_IF_ERROR(group.barrier());
    auto start = std::chrono::steady_clock::now();
    SFT_RETURN_IF_ERROR(
        group.allReduce(data, data, count, DataType::F32, ReduceKind::Sum));
    times.push_back(secondsSince(start));
  }
  std::ranges::nth_element(times, times.begin() + ptrdiff_t(calls / 2));
  return times[calls / 2];
}

Status run(Transport &transport) {
  pin(transport.localRank());
  std::vector<int> all(size_t(transport.size()), 0);
  std::iota(all.begin(), all.end(), 0);
  SFT_ASSIGN_OR_RETURN(auto group, transport.makeGroup(all, "all"));
  SFT_ASSIGN_OR_RETURN(void *data, transport.allocateShared(largest));
  for (size_t bytes = 8; bytes <= largest; bytes *= bytes < 2048    ? 8
                                                    : bytes < 65536 ? 2
                                                                    : 4) {
    SFT_ASSIGN_OR_RETURN(double seconds,
                         measure(*group, static_cast<float *>(data), bytes));
    if (transport.rank() == 0) {
      printf("%-8s %d ranks %9zu bytes %10.2f us %8.2f GB/s\n",
             transport.name(), transport.size(), bytes, seconds * 1e6,
             double(bytes) / seconds * 1e-9);
    }
  }
  return {};
}

int report(const Status &status) {
  if (!status.ok()) {
    fprintf(stderr, "%s\n", status.toString().c_str());
  }
  return int(status.code());
}

int runThreads(int ranks) {
  auto transports = makeThreadTransports(ranks);
  if (!transports) {
    return report(transports.status());
  }
  std::vector<std::thread> threads;
  std::atomic<int> result{0};
  for (auto &transport : *transports) {
    threads.emplace_back([&] {
      if (int code = report(run(*transport))) {
        result = code;
      }
    });
  }
  std::ranges::for_each(threads, &std::thread::join);
  return result;
}

} // namespace

int main(int argc, char **argv) {
  if (!underMpi()) {
    return runThreads(argc > 1 ? std::max(1, atoi(argv[1])) : 2);
  }
  auto transport = makeMpiTransport();
  return report(transport ? run(**transport) : transport.takeError());
}
