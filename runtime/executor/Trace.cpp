#include "runtime/executor/Trace.h"

#include "runtime/executor/Json.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace sft::rt {
namespace {

struct Closer {
  void operator()(FILE *file) const { fclose(file); }
};

/// What one instruction is called, as JSON.
std::string nameOf(const fb::Plan &plan, const fb::Program &program,
                   const fb::Instruction &instruction) {
  return jsonQuoted(describe(plan, program, instruction) + " @ " +
                    locate(plan, instruction));
}

void writeLane(FILE *out, const fb::Plan &plan, const TraceLane &lane,
               uint64_t origin, bool first) {
  const fb::Program &program =
      *plan.programs()->Get(plan.rank_program()->Get(uint32_t(lane.rank)));
  // Communication threads are numbered behind all ranks.
  int thread =
      lane.rank + (lane.communicates ? int(plan.rank_program()->size()) : 0);
  fprintf(out,
          "%s\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":0,\"tid\":%d,"
          "\"args\":{\"name\":\"rank %d%s\"}},"
          "\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":0,"
          "\"tid\":%d,\"args\":{\"sort_index\":%d}}",
          first ? "" : ",", thread, lane.rank,
          lane.communicates ? " communication" : "", thread,
          2 * lane.rank + int(lane.communicates));
  std::vector<std::string> names[kEntryKinds];
  for (const fb::Entry *entry : *program.entries()) {
    for (const FlatInstruction &flat : flatten(program, entry->function())) {
      names[size_t(entry->kind())].push_back(
          nameOf(plan, program, *flat.instruction));
    }
  }
  for (const TraceLane::Event &event : lane.events) {
    fprintf(out,
            ",\n{\"ph\":\"X\",\"pid\":0,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,"
            "\"name\":%s,\"cat\":\"%s\"}",
            thread, double(event.begin - origin) * 1e-3,
            double(event.end - event.begin) * 1e-3,
            names[size_t(event.entry)][event.position].c_str(),
            fb::EnumNameEntryKind(event.entry));
  }
}

uint64_t originOf(std::span<const TraceLane *const> lanes) {
  uint64_t origin = UINT64_MAX;
  for (const TraceLane *lane : lanes) {
    if (!lane->events.empty()) {
      origin = std::min(origin, lane->events.front().begin);
    }
  }
  return origin;
}

} // namespace

Status writeTrace(const std::string &path, const fb::Plan &plan,
                  std::span<const TraceLane *const> lanes) {
  std::unique_ptr<FILE, Closer> out(fopen(path.c_str(), "we"));
  if (!out) {
    return Status::error(Code::CannotCreate, 309,
                         "cannot write the trace " + path + ": " +
                             strerror(errno));
  }
  fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out.get());
  uint64_t origin = originOf(lanes), dropped = 0;
  for (const TraceLane *lane : lanes) {
    writeLane(out.get(), plan, *lane, origin, lane == lanes.front());
    dropped += lane->dropped;
  }
  fprintf(out.get(), "\n],\"otherData\":{\"dropped\":%llu}}\n",
          (unsigned long long)dropped);
  if (fflush(out.get()) != 0) {
    return Status::error(Code::Io, 310,
                         "cannot write the trace " + path + ": " +
                             strerror(errno));
  }
  return {};
}

} // namespace sft::rt
