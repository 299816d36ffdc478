//===- Metrics.h - What a run tells while it runs ---------------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"
#include "runtime/executor/StepRing.h"

#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace sft::rt {

/// Names of a record's values, loss first.
struct MetricNames {
  std::vector<std::string> step, evaluate;
};

/// Called from the reporter's thread with what is new.
using StepListener = std::function<void(std::span<const StepRecord>)>;

/// JSON lines. An output that fails (disk full, closed pipe) gives one warning
/// (SFT0331) and is left alone from then on.
class MetricsFile {
public:
  /// CannotCreate (73, SFT0330).
  static Expected<std::unique_ptr<MetricsFile>>
  open(const std::string &path, MetricNames names, int64_t batch);
  ~MetricsFile();
  void write(std::span<const StepRecord> records);

private:
  MetricsFile(FILE *file, std::string path, MetricNames names, int64_t batch)
      : file(file), path(std::move(path)), names(std::move(names)),
        batch(batch) {}
  std::string line(const StepRecord &record) const;

  FILE *file;
  std::string path;
  MetricNames names;
  int64_t batch;
};

/// Drains a ring in the background, 20 times a second, and once more at the
/// end.
class Reporter {
public:
  Reporter(StepRing &ring, StepListener listener);
  ~Reporter();

private:
  void loop();
  void drain();

  StepRing &ring;
  StepListener listener;
  std::vector<StepRecord> fresh;
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::thread thread;
};

} // namespace sft::rt
