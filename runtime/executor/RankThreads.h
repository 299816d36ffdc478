//===- RankThreads.h - A thread for each local rank -------------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sft::rt {

/// Threads that live as long as the job, so that a rank is always run by the
/// same one (its affinity, OpenMP width and signal stack are the thread's).
class RankThreads {
public:
  using Task = std::function<Status(size_t local)>;

  explicit RankThreads(size_t count);
  ~RankThreads();

  /// Runs the task on every thread and waits; status of each.
  std::vector<Status> run(const Task &task);

private:
  void loop(size_t local);

  std::mutex mutex;
  std::condition_variable started, finished;
  const Task *task = nullptr;
  uint64_t generation = 0;
  size_t running = 0;
  bool stopping = false;
  std::vector<Status> results;
  std::vector<std::thread> threads;
};

} // namespace sft::rt
