//===- Log.h - What people should know though the run goes on ---*- C++ -*-===//
#pragma once

#include <functional>
#include <string>

namespace sft::rt {

enum class LogLevel { Note, Warning, Error };

/// Receives one event; called from any thread, one at a time.
using LogSink =
    std::function<void(LogLevel level, int id, const std::string &message)>;

/// Replaces the sink; the first one writes "sft: warning[SFT0510] ..." to
/// standard error.
void setLogSink(LogSink sink);

void logNote(const std::string &message);
void logWarning(int id, const std::string &message);
void logError(int id, const std::string &message);

} // namespace sft::rt
