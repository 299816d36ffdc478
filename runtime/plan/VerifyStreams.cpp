//===- VerifyStreams.cpp - Events order what streams do to a byte ---------===//
//
// Vector clocks: each stream knows how many instructions of every other one
// have ended, from the events that it has waited for. An access may meet one of
// another stream in the same bytes only if that one has ended, or if both read.
// Then every interleaving of the streams computes what the order in the file
// does. Waits follow their records in the file, so that there always is one.
//
// An entry begins and ends with all streams together.
//
//===----------------------------------------------------------------------===//
#include "runtime/plan/AccessHistory.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

#include <set>

namespace sft::rt::verify {
namespace {

/// By stream: how many of its instructions have ended.
using Clock = std::map<uint32_t, uint64_t>;

bool communicates(const fb::Instruction &instruction) {
  return instruction.op_type() == fb::Operation::Collective ||
         instruction.op_type() == fb::Operation::Send ||
         instruction.op_type() == fb::Operation::Recv;
}

/// One entry.
class Streams {
public:
  Streams(const fb::Plan &plan, const fb::Program &program, Roles &roles,
          bool several)
      : plan(plan), program(program), roles(roles), several(several) {}

  Status visit(const Site &site);

private:
  Status wait(const Site &site);
  Status message(const Site &site);
  Status touch(const Site &site);
  Status check(const Site &site, const Access &access);
  std::string place(const Site &site) const {
    return siteText(plan, program, site.function, site.index);
  }
  std::string name(uint32_t buffer) const {
    return quoted(program.buffers()->Get(buffer)->name());
  }

  const fb::Plan &plan;
  const fb::Program &program;
  Roles &roles;
  bool several;                              // streams in this entry
  Clock count;                               // of the instructions so far
  std::map<uint32_t, Clock> known, recorded; // by stream, by event
  std::optional<Site> firstMessage;
  AccessHistory history;
  std::vector<Access> accesses; // scratch
};

Status Streams::visit(const Site &site) {
  uint32_t stream = site.instruction->stream();
  if (const fb::Record *record = site.instruction->op_as_Record()) {
    Clock now = known[stream];
    now[stream] = count[stream];
    recorded[record->event()] = std::move(now);
    return {};
  }
  if (site.instruction->op_as_Wait()) {
    return wait(site);
  }
  if (!several) {
    return {};
  }
  SFT_RETURN_IF_ERROR(message(site));
  return touch(site);
}

Status Streams::wait(const Site &site) {
  uint32_t event = site.instruction->op_as_Wait()->event();
  auto found = recorded.find(event);
  if (found == recorded.end()) {
    return malformed(BadEvent,
                     format("waits for event %u before it is recorded", event));
  }
  Clock &mine = known[site.instruction->stream()];
  for (auto [stream, ended] : found->second) {
    mine[stream] = std::max(mine[stream], ended);
  }
  return {};
}

/// Two streams would enter their collectives in an order that is no rank's.
Status Streams::message(const Site &site) {
  if (!communicates(*site.instruction)) {
    return {};
  }
  firstMessage = firstMessage ? firstMessage : site;
  uint32_t first = firstMessage->instruction->stream();
  return first == site.instruction->stream()
             ? Status()
             : malformed(BadStream,
                         format("communicates on stream %u, but on stream %u "
                                "in %s: an entry communicates on one stream",
                                site.instruction->stream(), first,
                                place(*firstMessage).c_str()));
}

Status Streams::touch(const Site &site) {
  accesses.clear();
  appendAccesses(program, *site.instruction, accesses);
  std::erase_if(accesses, [&](const Access &access) {
    return !happens(access, *site.instruction, roles);
  });
  for (const Access &access : accesses) {
    SFT_RETURN_IF_ERROR(check(site, access));
  }
  uint32_t stream = site.instruction->stream();
  uint64_t number = count[stream]++;
  for (const Access &access : accesses) {
    history.add(access.begin, access.end,
                {stream, number, access.buffer, access.writes, site});
  }
  return {};
}

Status Streams::check(const Site &site, const Access &access) {
  uint32_t stream = site.instruction->stream();
  Clock &mine = known[stream];
  std::optional<Touch> other =
      history.find(access.begin, access.end, [&](const Touch &touch) {
        return touch.stream != stream && (touch.writes || access.writes) &&
               touch.number >= mine[touch.stream];
      });
  return !other
             ? Status()
             : malformed(
                   Race,
                   format("stream %u %s buffer %s while stream %u may still %s "
                          "%s in the same bytes: no event orders this and %s",
                          stream, access.writes ? "writes" : "reads",
                          name(access.buffer).c_str(), other->stream,
                          other->writes ? "write" : "read",
                          name(other->buffer).c_str(),
                          place(other->site).c_str()));
}

/// The streams of an entry.
std::set<uint32_t> streamsOf(const fb::Program &program, uint32_t function) {
  std::set<uint32_t> streams;
  (void)walk(program, function, [&](const Site &site) {
    streams.insert(site.instruction->stream());
    return Status();
  });
  return streams;
}

} // namespace

Status streams(const fb::Plan &plan, const fb::Program &program, Roles &roles) {
  for (const fb::Entry *entry : *program.entries()) {
    bool several = streamsOf(program, entry->function()).size() > 1;
    Streams streams(plan, program, roles, several);
    SFT_RETURN_IF_ERROR(walk(program, entry->function(), [&](const Site &site) {
      Status status = streams.visit(site);
      return status.ok() ? Status()
                         : std::move(status).withContext(siteText(
                               plan, program, site.function, site.index));
    }));
  }
  return {};
}

} // namespace sft::rt::verify
