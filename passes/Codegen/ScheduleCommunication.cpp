//===- ScheduleCommunication.cpp - Issued early, awaited late -------------===//
//
// For each function of a step:
//
// 1. Views move down to their first user, and writes to the end of the step,
//    when they happen: where they stand, they use nothing.
// 2. Collectives that take no room move up to where their operands are made.
// 3. Gathers move up as well, but one group ahead of their use at most.
// 4. Each collective gets a place for its await. If something is computed
//    between any of them and its await, all are awaited.
//
// A null Operation stands for the end of the block.
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Components.h"
#include "passes/Codegen/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_SCHEDULECOMMUNICATION
#include "passes/Codegen/Passes.h.inc"

namespace {

Operation *earlier(Operation *a, Operation *b) {
  return !b || (a && a->isBeforeInBlock(b)) ? a : b;
}

/// Reads nothing and computes nothing where it stands.
bool costsNothing(Operation *op) {
  return isa<ReshapeOp, ViewOp, ReadOp, RuntimeScalarOp>(op);
}

/// What is gathered goes straight into variables.
bool isGatheredInPlace(Operation *gather) {
  return llvm::all_of(gather->getUsers(),
                      [](Operation *user) { return isa<WriteOp>(user); });
}

bool takesRoom(Operation *op) {
  return isa<AllGatherOp>(op) && !isGatheredInPlace(op);
}

/// The last op in front of `op` that touches the bytes of `value`; null if
/// there is none.
Operation *lastTouch(Value value, Operation *op) {
  Operation *last = nullptr;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (Value view = viewOf(use)) {
      user = lastTouch(view, op);
    }
    if (user && user->isBeforeInBlock(op) &&
        (!last || last->isBeforeInBlock(user))) {
      last = user;
    }
  }
  return last;
}

/// As Operation::moveBefore, behind which MLIR numbers all of the block anew.
void moveBefore(Operation *op, Operation *to) {
  op->remove();
  to->getBlock()->getOperations().insert(Block::iterator(to), op);
}

/// A collective under way from where it stands up to `until`.
struct Flight {
  Operation *collective;
  Operation *until;
};

/// One function of a step: the ops behind `begin` (a guard, or null: the start
/// of the block) and in front of `end` (a guard, or null).
class Scheduler {
public:
  Scheduler(Block &block, Operation *begin, Operation *end, int64_t bytes)
      : block(block), begin(begin), end(end), bytes(bytes) {}
  void run();

private:
  template <typename Condition>
  SmallVector<Operation *> select(Condition condition);
  void sinkViews();
  void sinkWrites();
  Operation *firstUse(Operation *op);
  Operation *firstPlace(Operation *collective);
  void moveUp(Operation *op, Operation *to);
  void carryOperands(Operation *op);
  void prefetch();
  SmallVector<Flight> findFlights();
  void limitSending(MutableArrayRef<Flight> flights);
  bool isWorthIt(const Flight &flight);
  void await(const Flight &flight);

  Block &block;
  Operation *begin, *end;
  int64_t bytes;
};

template <typename Condition>
SmallVector<Operation *> Scheduler::select(Condition condition) {
  SmallVector<Operation *> ops;
  Operation *op = begin ? begin->getNextNode() : &block.front();
  for (; op && op != end; op = op->getNextNode()) {
    if (condition(op)) {
      ops.push_back(op);
    }
  }
  return ops;
}

/// Where the results of `op` are needed, or the function ends.
Operation *Scheduler::firstUse(Operation *op) {
  Operation *first = end;
  for (Operation *user : op->getUsers()) {
    first = earlier(user, first);
  }
  return first;
}

/// Each view goes in front of what first uses it and of the other views there.
/// Places are those before any move.
void Scheduler::sinkViews() {
  DenseMap<Operation *, size_t> places;
  for (Operation &op : block) {
    places[&op] = places.size();
  }
  DenseMap<Operation *, Operation *> useOf, frontOf;
  auto views = select([](Operation *op) { return isa<ReshapeOp, ViewOp>(op); });
  for (Operation *view : llvm::reverse(views)) {
    Operation *first = end;
    for (Operation *user : view->getUsers()) {
      Operation *use = useOf.lookup(user) ? useOf.lookup(user) : user;
      first = !first || places[use] < places[first] ? use : first;
    }
    if (first) {
      Operation *&front = frontOf.try_emplace(first, first).first->second;
      moveBefore(view, front);
      useOf[view] = first;
      front = view;
    }
  }
}

void Scheduler::sinkWrites() {
  for (Operation *op : select([](Operation *op) { return isa<WriteOp>(op); })) {
    op->moveBefore(&block, block.end());
  }
}

/// In front of which op a collective may stand at the earliest: behind what
/// makes its operands and, where it works in their bytes, behind who reads
/// them.
Operation *Scheduler::firstPlace(Operation *collective) {
  Operation *behind = begin;
  auto follow = [&](Operation *op) {
    if (op && (!behind || behind->isBeforeInBlock(op))) {
      behind = op;
    }
  };
  for (Value operand : collective->getOperands()) {
    Value buffer = bufferOf(operand);
    Operation *maker = buffer.getDefiningOp();
    follow(maker && !costsNothing(maker) ? maker : nullptr);
    follow(isa<AllReduceOp>(collective) ? lastTouch(buffer, collective)
                                        : nullptr);
  }
  Operation *place = behind ? behind->getNextNode() : &block.front();
  while (place != collective &&
         (isa<CollectiveOpInterface>(place) || costsNothing(place))) {
    place = place->getNextNode();
  }
  return place;
}

void Scheduler::moveUp(Operation *op, Operation *to) {
  if (to->isBeforeInBlock(op)) {
    moveBefore(op, to);
    carryOperands(op);
  }
}

/// Views and reads come along.
void Scheduler::carryOperands(Operation *op) {
  for (Value operand : op->getOperands()) {
    Operation *def = operand.getDefiningOp();
    if (def && costsNothing(def)) {
      if (op->isBeforeInBlock(def)) {
        moveBefore(def, op);
      }
      carryOperands(def);
    }
  }
}

/// Gathers in order of their use, in groups of so many bytes: a group is issued
/// where the one before it is first used.
void Scheduler::prefetch() {
  SmallVector<Operation *> gathers = select(takesRoom);
  llvm::sort(gathers, [&](Operation *a, Operation *b) {
    Operation *first = firstUse(a), *second = firstUse(b);
    return first == second ? a->isBeforeInBlock(b)
                           : earlier(first, second) == first;
  });
  Operation *lastGroup = nullptr, *group = nullptr, *use = nullptr;
  int64_t inGroup = 0;
  for (Operation *gather : gathers) {
    Operation *next = firstUse(gather);
    if (!group || (inGroup >= bytes && next != use)) {
      lastGroup = std::exchange(group, next);
      inGroup = 0;
    }
    use = next;
    inGroup += messageBytes(gather);
    Operation *place = firstPlace(gather);
    bool tooEarly = lastGroup && place->isBeforeInBlock(lastGroup);
    moveUp(gather, tooEarly ? lastGroup : place);
  }
}

/// What is sent is kept until the await: not much of it at a time.
void Scheduler::limitSending(MutableArrayRef<Flight> flights) {
  SmallVector<Flight *> group;
  int64_t inGroup = 0;
  for (Flight &flight : flights) {
    if (!isa<ReduceScatterOp, AllToAllOp, PermuteOp>(flight.collective)) {
      continue;
    }
    if (inGroup >= bytes) {
      for (Flight *before : group) {
        before->until =
            earlier(before->until, flight.collective->getNextNode());
      }
      group.clear();
      inGroup = 0;
    }
    group.push_back(&flight);
    inGroup += messageBytes(flight.collective);
  }
}

SmallVector<Flight> Scheduler::findFlights() {
  auto all =
      select([](Operation *op) { return isa<CollectiveOpInterface>(op); });
  SmallVector<Flight> flights;
  for (Operation *op : all) {
    flights.push_back({op, firstUse(op)});
  }
  limitSending(flights);
  return flights;
}

bool Scheduler::isWorthIt(const Flight &flight) {
  for (Operation *op = flight.collective; op != flight.until;
       op = op->getNextNode()) {
    if (isa<KernelOp, ContractOp>(op)) {
      return true;
    }
  }
  return false;
}

void Scheduler::await(const Flight &flight) {
  Operation *op = flight.collective;
  OpBuilder builder =
      flight.until ? OpBuilder(flight.until) : OpBuilder::atBlockEnd(&block);
  auto sent = isa<AllReduceOp>(op)
                  ? OperandRange(op->getOperands().take_front(0))
                  : op->getOperands();
  auto await = AwaitOp::create(builder, op->getLoc(), op->getResultTypes(),
                               op->getResults(), sent);
  for (auto [value, later] :
       llvm::zip_equal(op->getResults(), await.getResults())) {
    value.replaceAllUsesExcept(later, await);
  }
}

void Scheduler::run() {
  auto isLarge = [&](Operation *op) {
    return isa<CollectiveOpInterface>(op) && messageBytes(op) >= bytes;
  };
  if (select(isLarge).empty()) {
    return;
  }
  sinkWrites();
  sinkViews();
  for (Operation *op : select([](Operation *op) {
         return isa<CollectiveOpInterface>(op) && !takesRoom(op);
       })) {
    moveUp(op, firstPlace(op));
  }
  prefetch();
  SmallVector<Flight> flights = findFlights();
  if (llvm::any_of(flights, [&](Flight &each) { return isWorthIt(each); })) {
    for (Flight &flight : flights) {
      await(flight);
    }
  }
}

struct ScheduleCommunication
    : impl::ScheduleCommunicationBase<ScheduleCommunication> {
  using ScheduleCommunicationBase::ScheduleCommunicationBase;

  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      Block &block = step.getBody().front();
      SmallVector<Operation *> guards;
      for (auto guard : block.getOps<GuardOp>()) {
        guards.push_back(guard);
      }
      Operation *begin = nullptr;
      guards.push_back(nullptr);
      for (Operation *end : guards) {
        if (!block.empty()) {
          Scheduler(block, begin, end, bytes).run();
        }
        begin = end;
      }
    }
  }
};

} // namespace
} // namespace sft
