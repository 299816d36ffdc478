//===- VerifyCommunication.cpp - All ranks match, none waits for ever -----===//
//
// 0. Within a function, tags of collectives do not fall.
// 1. Roles: ranks that differ only along axes that no role names, and over
//    which nothing is sent, move in lockstep; one stands for all of them.
// 2. Each program's messages are written down for an entry, in order.
// 3. The roles execute them under rendezvous semantics. Nobody chooses among
//    messages, so one execution speaks for all.
// 4. Where none can move and not all have ended, who waits for whom leads to a
//    circle.
//
//===----------------------------------------------------------------------===//
#include "passes/Placement/Messages.h"
#include "passes/Placement/Passes.h"

#include "llvm/ADT/BitVector.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYCOMMUNICATION
#include "passes/Placement/Passes.h.inc"

namespace {

/// One rank that stands for all of its role.
struct Actor {
  SmallVector<int64_t> coordinates;
  plan::ProgramOp program;
  SmallVector<Message> messages;
  size_t next = 0;

  const Message *current() const {
    return next < messages.size() ? &messages[next] : nullptr;
  }
};

class Rendezvous {
public:
  explicit Rendezvous(ModuleOp module)
      : module(module), mesh(module->getAttrOfType<MeshAttr>(kMeshAttr)),
        matters(mesh.getSizes().size()) {}

  LogicalResult assignRoles();
  LogicalResult run(plan::EntryKind entry);

private:
  void findAxes();
  LogicalResult addActor(ArrayRef<int64_t> coordinates);
  LogicalResult checkEntry(plan::EntryKind entry);
  LogicalResult checkTwins(const Actor &actor);
  bool concerns(const Message &message) const;
  SmallVector<Actor *> membersOf(const Actor &actor, ArrayRef<int64_t> axes);
  FailureOr<bool> advance(Actor &actor);
  Actor *waitsFor(Actor &actor);
  LogicalResult stuck();
  LogicalResult unmatched(const Actor &a, const Actor &b);
  std::string describe(const Actor &actor) const;
  std::string nameOf(const Actor &actor) const;

  ModuleOp module;
  MeshAttr mesh;
  llvm::BitVector matters; ///< axes along which ranks may differ
  SmallVector<Actor> actors;
};

void Rendezvous::findAxes() {
  for (auto program : module.getOps<plan::ProgramOp>()) {
    for (NamedAttribute at :
         program.getRole().value_or(DictionaryAttr::get(module.getContext()))) {
      if (int64_t axis = mesh.indexOf(at.getName()); axis >= 0) {
        matters.set(unsigned(axis));
      }
    }
    program.walk([&](Operation *op) {
      if (isa<plan::SendOp, plan::RecvOp>(op)) {
        for (int64_t axis : Message::of(op, 0).axes) {
          matters.set(unsigned(axis));
        }
      }
    });
  }
}

/// C1: who runs what.
LogicalResult Rendezvous::addActor(ArrayRef<int64_t> coordinates) {
  Actor actor;
  actor.coordinates.assign(coordinates.begin(), coordinates.end());
  for (auto program : module.getOps<plan::ProgramOp>()) {
    if (!isRunBy(program, mesh, coordinates)) {
      continue;
    }
    if (actor.program) {
      InFlightDiagnostic diagnostic =
          program.emitOpError() << "is a second program of " << nameOf(actor);
      diagnostic.attachNote(actor.program.getLoc()) << "the first one";
      return diagnostic;
    }
    actor.program = program;
  }
  if (!actor.program) {
    return module.emitError() << "has no plan.program for " << nameOf(actor);
  }
  actors.push_back(std::move(actor));
  return success();
}

LogicalResult Rendezvous::assignRoles() {
  findAxes();
  SmallVector<int64_t> at(matters.size());
  while (true) {
    if (failed(addActor(at))) {
      return failure();
    }
    size_t axis = matters.size();
    while (axis > 0 && (!matters[unsigned(axis - 1)] ||
                        ++at[axis - 1] == mesh.getSizes()[axis - 1])) {
      at[--axis] = 0;
    }
    if (axis == 0) {
      return success();
    }
  }
}

/// C1: a phase of the run is common to all.
LogicalResult Rendezvous::checkEntry(plan::EntryKind entry) {
  auto has = [&](const Actor &actor) {
    Region &body = plan::ProgramOp(actor.program).getBody();
    return llvm::any_of(body.getOps<plan::EntryOp>(), [&](plan::EntryOp each) {
      return each.getKind() == entry;
    });
  };
  for (Actor &actor : actors) {
    if (has(actor) != has(actors.front())) {
      return actor.program.emitOpError()
             << "and @" << actors.front().program.getSymName()
             << ": only one of them has an entry "
             << plan::stringifyEntryKind(entry);
    }
  }
  return success();
}

/// C2
LogicalResult Rendezvous::checkTwins(const Actor &actor) {
  for (size_t i = 0; i < actor.messages.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Message &a = actor.messages[j], &b = actor.messages[i];
      if (a.op != b.op && a.looksLike(b)) {
        InFlightDiagnostic diagnostic =
            b.op->emitOpError() << "looks the same to other ranks as another, "
                                   "so that a swap would go unnoticed: give "
                                   "them different tags";
        diagnostic.attachNote(a.op->getLoc()) << "the other one";
        return diagnostic;
      }
    }
  }
  return success();
}

/// C3
LogicalResult checkTags(plan::FunctionOp function) {
  plan::CollectiveOp before;
  for (auto op : function.getOps<plan::CollectiveOp>()) {
    if (before && op.getTag() < before.getTag()) {
      InFlightDiagnostic diagnostic =
          op.emitOpError() << "with tag " << op.getTag()
                           << " stands behind one with tag " << before.getTag();
      diagnostic.attachNote(before.getLoc()) << "the other one";
      return diagnostic;
    }
    before = op;
  }
  return success();
}

bool Rendezvous::concerns(const Message &message) const {
  return llvm::any_of(message.axes,
                      [&](int64_t axis) { return matters[unsigned(axis)]; });
}

/// The group of the actor over the axes, in order. Axes that do not matter
/// have one coordinate.
SmallVector<Actor *> Rendezvous::membersOf(const Actor &actor,
                                           ArrayRef<int64_t> axes) {
  SmallVector<Actor *> members;
  for (Actor &other : actors) {
    bool same = true;
    for (size_t axis = 0; axis < matters.size(); ++axis) {
      same &= llvm::is_contained(axes, int64_t(axis)) ||
              other.coordinates[axis] == actor.coordinates[axis];
    }
    if (same) {
      members.push_back(&other);
    }
  }
  llvm::sort(members, [&](Actor *a, Actor *b) {
    auto place = [&](Actor *actor) {
      return llvm::map_to_vector(
          axes, [&](int64_t axis) { return actor->coordinates[size_t(axis)]; });
    };
    return place(a) < place(b);
  });
  return members;
}

/// C4: true if the actor's message ended, for it and all who take part.
FailureOr<bool> Rendezvous::advance(Actor &actor) {
  const Message &mine = *actor.current();
  SmallVector<Actor *> members = membersOf(actor, mine.axes);
  if (!mine.isCollective()) {
    if (mine.peer < 0 || size_t(mine.peer) >= members.size() ||
        members[size_t(mine.peer)] == &actor) {
      return mine.op->emitOpError() << "has no other rank as its peer";
    }
    members = {&actor, members[size_t(mine.peer)]};
  }
  for (Actor *other : members) {
    const Message *theirs = other->current();
    bool isHere =
        other == &actor ||
        (theirs && theirs->axes == mine.axes && theirs->isPartnerOf(mine) &&
         (mine.isCollective() || waitsFor(*other) == &actor));
    if (!isHere) {
      return false;
    }
    if (!mine.fits(*theirs)) {
      return unmatched(actor, *other);
    }
  }
  llvm::for_each(members, [](Actor *other) { ++other->next; });
  return true;
}

/// Whom the actor, which cannot move, waits for.
Actor *Rendezvous::waitsFor(Actor &actor) {
  const Message &mine = *actor.current();
  SmallVector<Actor *> members = membersOf(actor, mine.axes);
  if (!mine.isCollective()) {
    return size_t(mine.peer) < members.size() ? members[size_t(mine.peer)]
                                              : &actor;
  }
  return *llvm::find_if(members, [&](Actor *other) {
    const Message *theirs = other->current();
    return !theirs || !theirs->isCollective() || theirs->axes != mine.axes;
  });
}

LogicalResult Rendezvous::run(plan::EntryKind entry) {
  if (failed(checkEntry(entry))) {
    return failure();
  }
  for (Actor &actor : actors) {
    actor.messages = llvm::to_vector(llvm::make_filter_range(
        messagesOf(actor.program, entry),
        [&](const Message &message) { return concerns(message); }));
    actor.next = 0;
    if (failed(checkTwins(actor))) {
      return failure();
    }
  }
  bool moved = true;
  while (moved) {
    moved = false;
    for (Actor &actor : actors) {
      while (actor.current()) {
        FailureOr<bool> ended = advance(actor);
        if (failed(ended)) {
          return failure();
        }
        moved |= *ended;
        if (!*ended) {
          break;
        }
      }
    }
  }
  return stuck();
}

/// C5: success if all have ended.
LogicalResult Rendezvous::stuck() {
  auto *first =
      llvm::find_if(actors, [](Actor &actor) { return actor.current(); });
  if (first == actors.end()) {
    return success();
  }
  SmallVector<Actor *> path;
  for (Actor *at = first; !llvm::is_contained(path, at); at = waitsFor(*at)) {
    if (!at->current()) {
      return unmatched(*path.back(), *at);
    }
    path.push_back(at);
  }
  InFlightDiagnostic diagnostic =
      path.front()->current()->op->emitOpError()
      << "never ends: ranks wait for each other in a circle";
  for (Actor *actor : path) {
    diagnostic.attachNote(actor->current()->op->getLoc())
        << describe(*actor) << " waits for " << nameOf(*waitsFor(*actor));
  }
  return diagnostic;
}

LogicalResult Rendezvous::unmatched(const Actor &a, const Actor &b) {
  InFlightDiagnostic diagnostic = a.current()->op->emitOpError()
                                  << "does not match what other ranks do: "
                                  << describe(a);
  Location there = b.current() ? b.current()->op->getLoc()
                               : plan::ProgramOp(b.program).getLoc();
  diagnostic.attachNote(there) << describe(b);
  return diagnostic;
}

std::string Rendezvous::describe(const Actor &actor) const {
  const Message *message = actor.current();
  return nameOf(actor) + ": " +
         (message ? textOf(*message, mesh) : "has ended");
}

/// "the ranks at pipe=0".
std::string Rendezvous::nameOf(const Actor &actor) const {
  std::string text;
  for (unsigned axis : matters.set_bits()) {
    text += (text.empty() ? "the ranks at " : ",") +
            mesh.getNames()[axis].str() + "=" +
            std::to_string(actor.coordinates[axis]);
  }
  return text.empty() ? "all ranks" : text;
}

struct VerifyCommunication
    : impl::VerifyCommunicationBase<VerifyCommunication> {
  void runOnOperation() override {
    if (failed(verifyCommunication(getOperation()))) {
      signalPassFailure();
    }
  }
};

} // namespace

LogicalResult verifyCommunication(ModuleOp module) {
  if (!module->hasAttr(kMeshAttr)) {
    return success(); // one rank
  }
  Rendezvous ranks(module);
  if (failed(ranks.assignRoles())) {
    return failure();
  }
  for (auto program : module.getOps<plan::ProgramOp>()) {
    for (auto function : program.getBody().getOps<plan::FunctionOp>()) {
      if (failed(checkTags(function))) {
        return failure();
      }
    }
  }
  for (auto entry : {plan::EntryKind::Initialize, plan::EntryKind::Gradients,
                     plan::EntryKind::Update, plan::EntryKind::Evaluate,
                     plan::EntryKind::Predict}) {
    if (failed(ranks.run(entry))) {
      return failure();
    }
  }
  return success();
}

} // namespace sft
