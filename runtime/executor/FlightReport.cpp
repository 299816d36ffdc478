#include "runtime/executor/FlightReport.h"

#include "runtime/executor/Json.h"
#include "runtime/plan/PlanFile.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace sft::rt {
namespace {

/// A rank's progress, read once and resolved.
struct Position {
  const fb::Program *program;
  Listing listing;
  fb::EntryKind entry;
  uint64_t step, collectives;
  size_t next;  ///< first instruction that is not finished
  size_t other; ///< where the rank's other thread is, or kNoInstruction
};

Position positionOf(const fb::Plan &plan, int rank, const Progress &progress) {
  Position at;
  at.program = plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank)));
  at.step = progress.step.load(std::memory_order_relaxed);
  at.collectives = progress.collective.load(std::memory_order_relaxed);
  at.entry = fb::EntryKind(std::min<uint32_t>(
      progress.entry.load(std::memory_order_relaxed), kEntryKinds - 1));
  at.next = progress.instruction.load(std::memory_order_relaxed);
  at.other = progress.communication.load(std::memory_order_relaxed);
  if (at.other < at.next) {
    std::swap(at.next, at.other);
  }
  if (const fb::Entry *entry = findEntry(*at.program, at.entry)) {
    at.listing = flatten(*at.program, entry->function());
  }
  return at;
}

std::string textOf(const fb::Plan &plan, const Position &at, size_t index) {
  if (index >= at.listing.size()) {
    return "nothing";
  }
  const fb::Instruction &instruction = *at.listing[index].instruction;
  return describe(plan, *at.program, instruction) + " at " +
         locate(plan, instruction);
}

std::string lineOf(const fb::Plan &plan, int rank, const Progress &progress) {
  Position at = positionOf(plan, rank, progress);
  uint32_t microbatch =
      at.next < at.listing.size() ? at.listing[at.next].microbatch : 0;
  std::string text = format(
      "\n  rank %d: step %llu %s, microbatch %u, %llu collectives "
      "entered: finished %s; pending %s",
      rank, (unsigned long long)at.step, fb::EnumNameEntryKind(at.entry),
      microbatch, (unsigned long long)at.collectives,
      textOf(plan, at, at.next - 1).c_str(), textOf(plan, at, at.next).c_str());
  return at.other < at.listing.size()
             ? text + "; its other thread is at " + textOf(plan, at, at.other)
             : text;
}

/// Members of the pending instruction's group that have entered fewer
/// collectives than the observer.
std::string absentees(const fb::Plan &plan, const Transport &observer,
                      const Position &at) {
  int64_t group = at.next < at.listing.size()
                      ? groupOf(*at.listing[at.next].instruction)
                      : -1;
  if (group < 0) {
    return "";
  }
  std::string list;
  for (int rank : groupMembers(plan, uint32_t(group), observer.rank())) {
    const Progress *progress = observer.progressOf(rank);
    if (progress && progress->collective.load() < at.collectives) {
      list += (list.empty() ? "" : ",") + std::to_string(rank);
    }
  }
  return list.empty() ? "" : "; not entered by ranks {" + list + "}";
}

} // namespace

std::string flightReport(const fb::Plan &plan, const Transport &observer,
                         std::chrono::milliseconds timeout) {
  Position at =
      positionOf(plan, observer.rank(), *observer.progressOf(observer.rank()));
  bool pending = at.next < at.listing.size();
  const fb::Instruction *instruction =
      pending ? at.listing[at.next].instruction : nullptr;
  std::string text = format(
      "rank %d step %llu: watchdog: %s not complete after %g s%s; at %s",
      observer.rank(), (unsigned long long)at.step,
      pending ? describe(plan, *at.program, *instruction).c_str() : "the step",
      double(timeout.count()) * 1e-3, absentees(plan, observer, at).c_str(),
      pending ? locate(plan, *instruction).c_str() : "the end of an entry");
  for (int rank = 0; rank < observer.size(); ++rank) {
    if (const Progress *progress = observer.progressOf(rank)) {
      text += lineOf(plan, rank, *progress);
    }
  }
  return text;
}

void writeFlightRecord(const fb::Plan &plan, const Transport &transport) {
  constexpr size_t kAround = 16;
  int rank = transport.rank();
  Position at = positionOf(plan, rank, *transport.progressOf(rank));
  std::ofstream out(format("flight-rank-%d.jsonl", rank));
  out << format("{\"rank\":%d,\"step\":%llu,\"entry\":\"%s\",\"position\":%zu,"
                "\"collectives\":%llu}\n",
                rank, (unsigned long long)at.step,
                fb::EnumNameEntryKind(at.entry), at.next,
                (unsigned long long)at.collectives);
  size_t begin = at.next > kAround ? at.next - kAround : 0;
  size_t end = std::min(at.next + kAround, at.listing.size());
  for (size_t i = begin; i < end; ++i) {
    const char *state = i < at.next    ? "finished"
                        : i == at.next ? "pending"
                                       : "later";
    const fb::Instruction &instruction = *at.listing[i].instruction;
    out << format("{\"position\":%zu,\"state\":\"%s\",\"microbatch\":%u,", i,
                  state, at.listing[i].microbatch)
        << "\"op\":" << jsonQuoted(describe(plan, *at.program, instruction))
        << ",\"at\":" << jsonQuoted(locate(plan, instruction)) << "}\n";
  }
}

} // namespace sft::rt
