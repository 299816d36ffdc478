//===- CrashReport.h - Which instruction crashed ----------------*- C++ -*-===//
//
// On SIGSEGV, SIGBUS, SIGFPE and SIGILL one line is written to standard error:
//
//   sft: rank 2 step 17: signal 11 in launch relu_7 at m.mlir:4:8 ("sft.relu")
//
// and the signal is raised again with its default action. The handler runs on
// its own stack and only reads text that was formatted beforehand.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/executor/Rank.h"

namespace sft::rt {

/// While it lives, crashes of the calling thread, and of threads that have no
/// CrashScope of their own, are reported with the rank's position.
class CrashScope {
public:
  explicit CrashScope(Rank &rank);
  ~CrashScope();
  CrashScope(const CrashScope &) = delete;

  struct Table;

private:
  std::unique_ptr<Table> table;
  std::unique_ptr<std::byte[]> stack;
};

/// Installs the handlers for this process; the earlier ones come back when the
/// last CrashHandlers goes. Does nothing where a sanitizer or debugger owns
/// the signals (a handler other than the default is set).
class CrashHandlers {
public:
  CrashHandlers();
  ~CrashHandlers();
  CrashHandlers(const CrashHandlers &) = delete;
};

} // namespace sft::rt
