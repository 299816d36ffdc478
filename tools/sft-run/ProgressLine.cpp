#include "tools/sft-run/ProgressLine.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace {

std::string clockText(double seconds) {
  auto whole = (unsigned long long)(seconds + 0.5);
  char text[48];
  if (whole >= 3600) {
    snprintf(text, sizeof text, "%llu:%02llu:%02llu", whole / 3600,
             whole / 60 % 60, whole % 60);
  } else {
    snprintf(text, sizeof text, "%llu:%02llu", whole / 60, whole % 60);
  }
  return text;
}

std::string outOf(const char *what, uint64_t done, uint64_t all) {
  std::string text = std::string(what) + " " + std::to_string(done);
  return all ? text + "/" + std::to_string(all) : text;
}

} // namespace

ProgressLine::ProgressLine(int64_t batch, uint64_t epochs, uint64_t steps)
    : batch(batch), epochs(epochs), steps(steps),
      terminal(isatty(STDERR_FILENO)) {}

void ProgressLine::onProgress(void *user, const sft_progress *records,
                              size_t count) {
  auto &line = *static_cast<ProgressLine *>(user);
  for (size_t i = 0; i < count; ++i) {
    line.take(records[i]);
  }
  line.show(false);
}

void ProgressLine::take(const sft_progress &record) {
  if (!record.is_epoch) {
    if (!started) {
      started = true;
      shownStep = record.step - 1;
    }
    last = record;
    return;
  }
  last.epoch = record.epoch;
  epochEnded = true;
  results.clear();
  for (size_t i = 0; record.evaluated && i < record.count; ++i) {
    char text[96];
    snprintf(text, sizeof text, "  eval_%s %.5g", record.names[i],
             record.values[i]);
    results += text;
  }
}

double ProgressLine::remainingSeconds(double stepsPerSecond) const {
  uint64_t end = epochs ? epochs * last.batches : UINT64_MAX;
  end = steps ? std::min(end, steps) : end;
  return end > last.step && end != UINT64_MAX && stepsPerSecond > 0
             ? double(end - last.step) / stepsPerSecond
             : 0;
}

std::string ProgressLine::text(double seconds) {
  double rate = seconds > 0 ? double(last.step - shownStep) / seconds : 0;
  char text[160];
  snprintf(text, sizeof text, "  loss %.5g  %.0f samples/s", last.values[0],
           rate * double(batch));
  std::string line = outOf("epoch", last.epoch, epochs) + "  " +
                     outOf("step", last.step, steps) + text + results;
  double remaining = remainingSeconds(rate);
  return remaining > 0 ? line + "  ETA " + clockText(remaining) : line;
}

void ProgressLine::show(bool force) {
  double seconds = std::chrono::duration<double>(Clock::now() - shown).count();
  bool due = terminal ? seconds >= 0.1 : epochEnded && seconds >= 1;
  if (!started || !(due || force) || last.step == shownStep) {
    return;
  }
  std::string line = text(seconds);
  fprintf(stderr, terminal ? "\r\x1b[K%s" : "%s\n", line.c_str());
  drawn = terminal;
  shown = Clock::now();
  shownStep = last.step;
  epochEnded = false;
}

void ProgressLine::finish() {
  show(true);
  if (drawn) {
    fputc('\n', stderr);
  }
}
