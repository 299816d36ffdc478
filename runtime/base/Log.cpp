#include "runtime/base/Log.h"

#include "runtime/base/Status.h"

#include <cstdio>
#include <mutex>

namespace sft::rt {
namespace {

void writeToStderr(LogLevel level, int id, const std::string &message) {
  std::string text = escaped(message);
  if (level == LogLevel::Note) {
    fprintf(stderr, "sft: %s\n", text.c_str());
  } else {
    fprintf(stderr, "sft: %s[SFT%04d] %s\n",
            level == LogLevel::Warning ? "warning" : "error", id, text.c_str());
  }
}

struct Logger {
  std::mutex mutex;
  LogSink sink = writeToStderr;
};

/// Never destroyed: threads may log while the process ends.
Logger &logger() {
  static Logger *instance = new Logger;
  return *instance;
}

void log(LogLevel level, int id, const std::string &message) {
  std::lock_guard lock(logger().mutex);
  logger().sink(level, id, message);
}

} // namespace

void setLogSink(LogSink sink) {
  std::lock_guard lock(logger().mutex);
  logger().sink = sink ? std::move(sink) : writeToStderr;
}

void logNote(const std::string &message) { log(LogLevel::Note, 0, message); }

void logWarning(int id, const std::string &message) {
  log(LogLevel::Warning, id, message);
}

void logError(int id, const std::string &message) {
  log(LogLevel::Error, id, message);
}

} // namespace sft::rt
