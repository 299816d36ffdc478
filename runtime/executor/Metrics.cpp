#include "runtime/executor/Metrics.h"

#include "runtime/base/Log.h"
#include "runtime/executor/Json.h"

#include <cerrno>
#include <cstring>

namespace sft::rt {
namespace {

void appendValues(std::string &out, const std::vector<std::string> &names,
                  const StepRecord &record, const std::string &prefix) {
  for (size_t i = 0; i < names.size(); ++i) {
    out += "," + jsonQuoted(prefix + names[i]) + ":" +
           jsonNumber(record.values[i]);
  }
}

} // namespace

Expected<std::unique_ptr<MetricsFile>>
MetricsFile::open(const std::string &path, MetricNames names, int64_t batch) {
  FILE *file = fopen(path.c_str(), "we");
  if (!file) {
    return Status::error(Code::CannotCreate, 330,
                         "cannot write metrics to " + path + ": " +
                             strerror(errno));
  }
  return std::unique_ptr<MetricsFile>(
      new MetricsFile(file, path, std::move(names), batch));
}

MetricsFile::~MetricsFile() {
  if (file) {
    fclose(file);
  }
}

std::string MetricsFile::line(const StepRecord &record) const {
  double seconds = double(record.nanoseconds) * 1e-9;
  std::string out =
      format("{\"step\":%llu,\"epoch\":%llu", (unsigned long long)record.step,
             (unsigned long long)record.epoch);
  if (record.kind == StepRecord::Kind::Epoch) {
    out += ",\"event\":\"epoch\",\"mean_loss\":" + jsonNumber(record.meanLoss) +
           ",\"epoch_s\":" + jsonNumber(seconds);
    if (record.evaluated) {
      appendValues(out, names.evaluate, record, "eval_");
    }
    return out + "}\n";
  }
  appendValues(out, names.step, record, "");
  out += ",\"step_ms\":" + jsonNumber(seconds * 1e3) + ",\"samples_per_s\":" +
         jsonNumber(seconds > 0 ? double(batch) / seconds : 0);
  return out + (record.skipped ? ",\"skipped\":true}\n" : "}\n");
}

void MetricsFile::write(std::span<const StepRecord> records) {
  if (!file) {
    return;
  }
  std::string text;
  for (const StepRecord &record : records) {
    text += line(record);
  }
  if (fwrite(text.data(), 1, text.size(), file) != text.size() ||
      fflush(file) != 0) {
    logWarning(331, "cannot write metrics to " + path + ": " + strerror(errno) +
                        "; training goes on without");
    fclose(file);
    file = nullptr;
  }
}

Reporter::Reporter(StepRing &ring, StepListener listener)
    : ring(ring), listener(std::move(listener)) {
  thread = std::thread([this] { loop(); });
}

Reporter::~Reporter() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  wake.notify_all();
  thread.join();
}

void Reporter::loop() {
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, std::chrono::milliseconds(50),
                        [this] { return stopping; })) {
    drain();
  }
  drain();
}

void Reporter::drain() {
  fresh.clear();
  for (StepRecord record; ring.pop(record);) {
    fresh.push_back(record);
  }
  if (!fresh.empty()) {
    listener(fresh);
  }
}

} // namespace sft::rt
