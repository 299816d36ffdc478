//===- CommunicationThread.h - Runs a rank's other streams ------*- C++ -*-===//
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace sft::rt {

/// A thread that does one task at a time beside the thread of its rank. It
/// lives as long as the rank and sleeps in between.
class CommunicationThread {
public:
  using Task = std::function<void()>;

  /// `setUp` runs on it first.
  explicit CommunicationThread(Task setUp);
  ~CommunicationThread();

  /// Begins the task, which must live until finish() has come back.
  void start(const Task &task);
  void finish();

private:
  void loop(const Task &setUp);

  const Task *task = nullptr; ///< null: end
  std::atomic<uint32_t> started{0}, finished{0};
  std::thread thread;
};

} // namespace sft::rt
