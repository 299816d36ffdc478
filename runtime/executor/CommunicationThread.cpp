#include "runtime/executor/CommunicationThread.h"

namespace sft::rt {

CommunicationThread::CommunicationThread(Task setUp)
    : thread([this, setUp = std::move(setUp)] { loop(setUp); }) {}

CommunicationThread::~CommunicationThread() {
  task = nullptr;
  ++started;
  started.notify_one();
  thread.join();
}

void CommunicationThread::start(const Task &next) {
  task = &next;
  ++started;
  started.notify_one();
}

void CommunicationThread::finish() {
  uint32_t tasks = started.load();
  for (uint32_t done; (done = finished.load()) != tasks;) {
    finished.wait(done);
  }
}

void CommunicationThread::loop(const Task &setUp) {
  setUp();
  for (uint32_t done = 0;; ++done) {
    started.wait(done);
    if (!task) {
      return;
    }
    (*task)();
    finished.store(done + 1);
    finished.notify_one();
  }
}

} // namespace sft::rt
