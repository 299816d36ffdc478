//===- VerifyCommunication.cpp - All ranks match and none waits for ever --===//
//
// 0. Within a function, tags of collectives do not fall: a swapped pair shows
//    though every rank might still find its partners.
// 1. Fold the mesh: an axis along which all ranks run the same program, and
//    over which nothing is sent, cannot matter: its ranks move in lockstep.
//    Thousands of data-parallel ranks become one.
// 2. Write down what each program communicates in an entry, in order.
// 3. Execute that for the folded ranks under rendezvous semantics: a send ends
//    when its receive has begun, a collective when all members have come.
//    Nobody chooses among messages, so one execution speaks for all.
// 4. Where no rank can move and not all have ended, follow who waits for whom
//    to the cycle and print it.
//
//===----------------------------------------------------------------------===//
#include "runtime/comm/Communicator.h"
#include "runtime/plan/Communication.h"
#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

#include <algorithm>

namespace sft::rt::verify {
namespace {

/// Members of one group, and how many of them wait in its next collective.
struct Instance {
  std::vector<size_t> members; // indices in Rendezvous::ranks, by group index
  size_t arrived = 0;
  size_t first = 0; // who came first
};

struct RankState {
  int rank;
  const fb::Program *program;
  const std::vector<Message> *messages;
  std::vector<Instance *> instances; // by group
  size_t next = 0;
  bool arrived = false;

  const Message *current() const {
    return next < messages->size() ? &(*messages)[next] : nullptr;
  }
};

/// The execution of step 3 for one entry.
class Rendezvous {
public:
  Rendezvous(const fb::Plan &plan, const std::vector<int> &folded,
             const std::vector<std::vector<Message>> &messages);
  Status run();

private:
  Status advance(size_t self);
  Status meet(size_t self, size_t peer);
  Status arrive(size_t self, Instance &instance);
  void finish(size_t rank);
  Status stuck() const;
  size_t waitsFor(size_t self) const;
  std::string describe(size_t self) const;
  Status unmatched(size_t a, size_t b) const;
  Instance &instanceOf(size_t self, const Message &message) const {
    return *ranks[self].instances[message.group];
  }

  const fb::Plan &plan;
  std::vector<RankState> ranks;
  std::map<std::pair<uint32_t, int>, Instance> instances; // group, first rank
  std::vector<size_t> movable;
};

Rendezvous::Rendezvous(const fb::Plan &plan, const std::vector<int> &folded,
                       const std::vector<std::vector<Message>> &messages)
    : plan(plan) {
  for (int rank : folded) {
    uint32_t program = plan.rank_program()->Get(uint32_t(rank));
    RankState state{
        rank, plan.programs()->Get(program), &messages[program], {}};
    for (uint32_t group = 0; group < plan.groups()->size(); ++group) {
      int first = groupMembers(plan, group, rank).front();
      Instance &instance = instances[{group, first}];
      instance.members.push_back(ranks.size());
      state.instances.push_back(&instance);
    }
    movable.push_back(ranks.size());
    ranks.push_back(std::move(state));
  }
  // Messages name members by their index in the group.
  for (auto &[key, instance] : instances) {
    std::ranges::sort(instance.members, {}, [&](size_t member) {
      return groupIndex(plan, key.first, ranks[member].rank);
    });
  }
}

Status Rendezvous::run() {
  while (!movable.empty()) {
    size_t self = movable.back();
    movable.pop_back();
    SFT_RETURN_IF_ERROR(advance(self));
  }
  bool ended = std::ranges::all_of(
      ranks, [](const RankState &rank) { return !rank.current(); });
  return ended ? Status() : stuck();
}

Status Rendezvous::advance(size_t self) {
  const Message *message = ranks[self].current();
  if (!message || ranks[self].arrived) {
    return {};
  }
  Instance &instance = instanceOf(self, *message);
  if (message->isCollective()) {
    return arrive(self, instance);
  }
  return meet(self, instance.members[message->peer]);
}

void Rendezvous::finish(size_t rank) {
  ranks[rank].arrived = false;
  ++ranks[rank].next;
  movable.push_back(rank);
}

/// Ends a send and its receive if the peer has come to its side.
Status Rendezvous::meet(size_t self, size_t peer) {
  const Message &mine = *ranks[self].current();
  const Message *other = ranks[peer].current();
  bool faces = other && other->isPeerOf(mine) &&
               instanceOf(peer, *other).members[other->peer] == self &&
               &instanceOf(peer, *other) == &instanceOf(self, mine);
  if (!faces) {
    return {};
  }
  if (!mine.fits(*other)) {
    return unmatched(self, peer);
  }
  finish(self);
  finish(peer);
  return {};
}

/// Ends a collective when its last member comes.
Status Rendezvous::arrive(size_t self, Instance &instance) {
  if (instance.arrived == 0) {
    instance.first = self;
  }
  if (!ranks[self].current()->fits(*ranks[instance.first].current())) {
    return unmatched(instance.first, self);
  }
  ranks[self].arrived = true;
  if (++instance.arrived == instance.members.size()) {
    instance.arrived = 0;
    std::ranges::for_each(instance.members, [&](size_t m) { finish(m); });
  }
  return {};
}

std::string Rendezvous::describe(size_t self) const {
  const RankState &state = ranks[self];
  const Message *message = state.current();
  if (!message) {
    return format("rank %d has ended", state.rank);
  }
  std::string text = format("rank %d: ", state.rank) + message->text();
  if (!message->isCollective()) {
    size_t peer = instanceOf(self, *message).members[message->peer];
    text += format(" with rank %d", ranks[peer].rank);
  }
  return text + " in " +
         siteText(plan, *state.program, message->site.function,
                  message->site.index);
}

Status Rendezvous::unmatched(size_t a, size_t b) const {
  return malformed(Unmatched, "communication does not match: " + describe(a) +
                                  "; " + describe(b));
}

/// Whom the rank, which cannot move, waits for.
size_t Rendezvous::waitsFor(size_t self) const {
  const Message &message = *ranks[self].current();
  const Instance &instance = instanceOf(self, message);
  if (!message.isCollective()) {
    return instance.members[message.peer];
  }
  // Who has not come to this collective may wait in one of another group.
  return *std::ranges::find_if(instance.members, [&](size_t member) {
    return !ranks[member].arrived ||
           &instanceOf(member, *ranks[member].current()) != &instance;
  });
}

Status Rendezvous::stuck() const {
  size_t self = size_t(
      std::ranges::find_if(ranks, [](auto &rank) { return rank.current(); }) -
      ranks.begin());
  std::vector<size_t> path;
  while (std::ranges::find(path, self) == path.end()) {
    path.push_back(self);
    size_t next = waitsFor(self);
    if (!ranks[next].current()) {
      return unmatched(self, next);
    }
    self = next;
  }
  std::string cycle;
  for (auto at = std::ranges::find(path, self); at != path.end(); ++at) {
    cycle += "\n  " + describe(*at) + " waits for";
  }
  return malformed(Deadlock, "communication deadlocks:" + cycle +
                                 format("\n  rank %d", ranks[self].rank));
}

/// Step 1: for each axis, whether the ranks along it may differ.
std::vector<bool> axesThatMatter(const fb::Plan &plan) {
  const auto &axes = *plan.mesh()->axes();
  const auto &programs = *plan.rank_program();
  std::vector<bool> matters(axes.size());
  uint32_t stride = 1;
  for (uint32_t axis = axes.size(); axis-- > 0;) {
    uint32_t size = axes.Get(axis)->size();
    for (uint32_t rank = 0; rank < programs.size() && !matters[axis]; ++rank) {
      uint32_t coordinate = rank / stride % size;
      matters[axis] = programs[rank] != programs[rank - coordinate * stride];
    }
    stride *= size;
  }
  for (uint32_t group : groupsOfPeers(plan)) {
    for (uint32_t axis : *plan.groups()->Get(group)->axes()) {
      matters[axis] = true;
    }
  }
  return matters;
}

std::vector<int> foldedRanks(const fb::Plan &plan,
                             const std::vector<bool> &matters) {
  std::vector<int> folded;
  for (int rank = 0; rank < int(plan.rank_program()->size()); ++rank) {
    std::vector<int> own = coordinates(plan, rank);
    bool kept = true;
    for (size_t i = 0; i < own.size(); ++i) {
      kept &= matters[i] || own[i] == 0;
    }
    if (kept) {
      folded.push_back(rank);
    }
  }
  return folded;
}

/// Groups of more than one folded rank.
std::vector<bool> groupsThatMatter(const fb::Plan &plan,
                                   const std::vector<bool> &matters) {
  std::vector<bool> groups;
  for (const fb::Group *group : *plan.groups()) {
    groups.push_back(std::ranges::any_of(
        *group->axes(), [&](uint32_t axis) { return matters[axis]; }));
  }
  return groups;
}

/// Whether an entry exists is the same for all: a phase of the run is common.
Status samePhases(const fb::Plan &plan, fb::EntryKind kind,
                  const std::vector<int> &folded) {
  auto programOf = [&](int rank) {
    return plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank)));
  };
  const fb::Program *first = programOf(folded.front());
  for (int rank : folded) {
    const fb::Program *other = programOf(rank);
    if (entryFunction(*first, kind).has_value() !=
        entryFunction(*other, kind).has_value()) {
      return malformed(Unmatched,
                       format("only one of the programs %s and %s has an "
                              "entry %s",
                              quoted(first->name()).c_str(),
                              quoted(other->name()).c_str(),
                              fb::EnumNameEntryKind(kind)));
    }
  }
  return {};
}

Status entry(const fb::Plan &plan, fb::EntryKind kind,
             const std::vector<int> &folded, const std::vector<bool> &wanted) {
  SFT_RETURN_IF_ERROR(samePhases(plan, kind, folded));
  std::vector<std::vector<Message>> messages;
  for (const fb::Program *program : *plan.programs()) {
    Expected<std::vector<Message>> list =
        messagesOf(plan, *program, kind, wanted);
    if (!list) {
      return list.takeError().withContext("program " + quoted(program->name()));
    }
    messages.push_back(std::move(*list));
  }
  return Rendezvous(plan, folded, messages).run();
}

/// Tags number the collectives of a function. Two that changed places may have
/// groups in which nobody would notice.
Status tagsRise(const fb::Plan &plan, const fb::Program &program,
                uint32_t function) {
  const auto &list = *program.functions()->Get(function)->instructions();
  std::optional<uint32_t> before;
  for (uint32_t i = 0; i < list.size(); ++i) {
    const fb::Collective *all = list.Get(i)->op_as_Collective();
    if (!all) {
      continue;
    }
    uint32_t highest =
        before ? list.Get(*before)->op_as_Collective()->tag() : 0;
    if (all->tag() < highest) {
      return malformed(
          Unmatched,
          format("collectives stand in another order than their tags: tag %u "
                 "in %s; tag %u in %s",
                 highest, siteText(plan, program, function, *before).c_str(),
                 all->tag(), siteText(plan, program, function, i).c_str()));
    }
    before = i;
  }
  return {};
}

} // namespace

Status communication(const fb::Plan &plan) {
  for (const fb::Program *program : *plan.programs()) {
    for (uint32_t i = 0; i < program->functions()->size(); ++i) {
      SFT_RETURN_IF_ERROR(
          tagsRise(plan, *program, i)
              .withContext("program " + quoted(program->name())));
    }
  }
  std::vector<bool> matters = axesThatMatter(plan);
  std::vector<int> folded = foldedRanks(plan, matters);
  if (folded.size() == 1) {
    return {};
  }
  for (fb::EntryKind kind : fb::EnumValuesEntryKind()) {
    SFT_RETURN_IF_ERROR(
        entry(plan, kind, folded, groupsThatMatter(plan, matters))
            .withContext(format("entry %s", fb::EnumNameEntryKind(kind))));
  }
  return {};
}

} // namespace sft::rt::verify
