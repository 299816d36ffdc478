#include "runtime/executor/RankThreads.h"

namespace sft::rt {

RankThreads::RankThreads(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    threads.emplace_back([this, i] { loop(i); });
  }
}

RankThreads::~RankThreads() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  started.notify_all();
  for (std::thread &thread : threads) {
    thread.join();
  }
}

std::vector<Status> RankThreads::run(const Task &newTask) {
  std::unique_lock lock(mutex);
  results = std::vector<Status>(threads.size());
  task = &newTask;
  running = threads.size();
  ++generation;
  started.notify_all();
  finished.wait(lock, [this] { return running == 0; });
  return std::move(results);
}

void RankThreads::loop(size_t local) {
  std::unique_lock lock(mutex);
  for (uint64_t seen = 0;;) {
    started.wait(lock, [&] { return stopping || generation != seen; });
    if (stopping) {
      return;
    }
    seen = generation;
    lock.unlock();
    Status status = (*task)(local);
    lock.lock();
    results[local] = std::move(status);
    if (--running == 0) {
      finished.notify_one();
    }
  }
}

} // namespace sft::rt
