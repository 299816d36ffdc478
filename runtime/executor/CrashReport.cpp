#include "runtime/executor/CrashReport.h"

#include <csignal>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace sft::rt {

/// What the handler may read of one rank.
struct CrashScope::Table {
  int rank;
  const Progress *progress;
  std::vector<std::string> lines[kEntryKinds];
};

namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr size_t kStackBytes = 64 * 1024;
constexpr size_t kMaxTables = 256;

thread_local const CrashScope::Table *current = nullptr;
/// Every living table, for crashes on threads that are no rank's.
std::atomic<const CrashScope::Table *> tables[kMaxTables];
std::atomic<int> users{0};

void put(const char *text) {
  // Nothing can be done about a failed write here.
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text, strlen(text));
}

void putNumber(uint64_t number) {
  char digits[24];
  char *at = digits + sizeof digits - 1;
  *at = '\0';
  do {
    *--at = char('0' + number % 10);
    number /= 10;
  } while (number);
  put(at);
}

void putLine(const CrashScope::Table &table, size_t entry, size_t at) {
  bool known = entry < kEntryKinds && at < table.lines[entry].size();
  put(known ? table.lines[entry][at].c_str() : "no instruction");
}

void report(const CrashScope::Table &table, int signal) {
  const Progress &progress = *table.progress;
  size_t entry = progress.entry.load(std::memory_order_relaxed);
  size_t at = progress.instruction.load(std::memory_order_relaxed);
  put("sft: rank ");
  putNumber(uint64_t(table.rank));
  put(" step ");
  putNumber(progress.step.load(std::memory_order_relaxed));
  put(": signal ");
  putNumber(uint64_t(signal));
  put(" in ");
  putLine(table, entry, at);
  size_t other = progress.communication.load(std::memory_order_relaxed);
  if (&table != current && other != kNoInstruction) {
    put(" or in ");
    putLine(table, entry, other);
  }
  put("\n");
}

void onCrash(int signal) {
  if (current) {
    report(*current, signal);
  } else {
    for (auto &table : tables) {
      if (const CrashScope::Table *other = table.load()) {
        report(*other, signal);
      }
    }
  }
  // The handler was reset (SA_RESETHAND): this ends the process.
  raise(signal);
}

} // namespace

CrashScope::CrashScope(Rank &rank)
    : table(std::make_unique<Table>()),
      stack(std::make_unique<std::byte[]>(kStackBytes)) {
  table->rank = rank.index();
  table->progress = &rank.getTransport().progress();
  const fb::Plan &plan = rank.planFile().plan();
  const fb::Program &program =
      *plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank.index())));
  for (size_t entry = 0; entry < kEntryKinds; ++entry) {
    for (const FlatInstruction &flat :
         rank.program().listing(fb::EntryKind(entry))) {
      table->lines[entry].push_back(
          escaped(describe(plan, program, *flat.instruction) + " at " +
                  locate(plan, *flat.instruction)));
    }
  }
  stack_t alternate{
      .ss_sp = stack.get(), .ss_flags = 0, .ss_size = kStackBytes};
  sigaltstack(&alternate, nullptr);
  current = table.get();
  tables[size_t(table->rank) % kMaxTables] = table.get();
}

CrashScope::~CrashScope() {
  tables[size_t(table->rank) % kMaxTables] = nullptr;
  current = nullptr;
  stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  sigaltstack(&none, nullptr);
}

CrashHandlers::CrashHandlers() {
  if (users++ > 0) {
    return;
  }
  for (int signal : kSignals) {
    struct sigaction old{};
    sigaction(signal, nullptr, &old);
    if (old.sa_handler != SIG_DFL) {
      continue;
    }
    struct sigaction action{};
    action.sa_handler = onCrash;
    action.sa_flags = SA_ONSTACK | int(SA_RESETHAND) | SA_NODEFER;
    sigaction(signal, &action, nullptr);
  }
}

CrashHandlers::~CrashHandlers() {
  if (--users > 0) {
    return;
  }
  for (int signal : kSignals) {
    struct sigaction old{};
    sigaction(signal, nullptr, &old);
    if (old.sa_handler == onCrash) {
      std::signal(signal, SIG_DFL);
    }
  }
}

} // namespace sft::rt
