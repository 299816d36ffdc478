//===- FormKernels.cpp - Which ops share a loop nest ----------------------===//
//
// 1. Every loop op, in program order, joins a cluster over the same loops: of a
//    producer, or of another user of one of its operands; else it starts one.
//    A join is legal if values that flow inside stay within one iteration, and
//    if no path leaves the cluster and comes back to it.
// 2. Clusters that hand values to each other merge, under the same conditions.
// 3. Clusters and the other ops are put in an order in which every value stands
//    before its users, as near to the old order as that allows.
// 4. Clusters become sft.kernel ops.
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Sft.h"
#include "passes/Codegen/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

#include <queue>

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FORMKERNELS
#include "passes/Codegen/Passes.h.inc"

namespace {

/// Ops that are emitted together: a cluster, or one op that is no loop op.
struct Unit {
  SmallVector<Operation *> ops;
  SmallVector<int64_t> bounds;
  bool isCluster = false;
  /// Number of guards before it: nothing moves across one.
  unsigned segment = 0;
};

class KernelFormer {
public:
  KernelFormer(Block &block, unsigned maxOps) : block(block), maxOps(maxOps) {}
  void run();

private:
  void assignUnits();
  Unit *findCluster(Operation *op, ArrayRef<int64_t> bounds, unsigned segment);
  bool mayJoin(Operation *op, Unit &unit);
  bool flowsWithinIteration(Operation *op, Unit &unit);
  bool dependsThroughOthers(ArrayRef<Operation *> ops, Unit *unit,
                            Unit &target);
  bool mayMerge(Unit &a, Unit &b);
  void merge(Unit &into, Unit &from);
  void mergeClusters();
  Unit *unitOf(Value value);
  SmallVector<Unit *> inOrder();
  void emit(Unit &unit, OpBuilder &builder);

  Block &block;
  unsigned maxOps;
  std::vector<std::unique_ptr<Unit>> units;
  DenseMap<Operation *, Unit *> unitOfOp;
  DenseMap<Operation *, unsigned> position;
};

/// A constant lives inside the kernels that use it.
bool isInlined(Operation *op) { return op && isa<ConstantOp>(op); }

Unit *KernelFormer::unitOf(Value value) {
  Operation *def = value.getDefiningOp();
  return def ? unitOfOp.lookup(def) : nullptr;
}

/// Every value of `unit` that `op` reads is the element of this iteration.
bool KernelFormer::flowsWithinIteration(Operation *op, Unit &unit) {
  auto loop = cast<LoopOpInterface>(op);
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    if (unitOf(operand) != &unit) {
      continue;
    }
    auto producer = cast<LoopOpInterface>(operand.getDefiningOp());
    if (producer.getReduction() || producer.getUpdatedOperand() ||
        loop.getOperandMap(unsigned(i)) !=
            producer.getResultMap(cast<OpResult>(operand).getResultNumber())) {
      return false;
    }
  }
  return true;
}

/// True if `ops` (of `unit`, or about to join it) depend on `target` by way of
/// something outside of both.
bool KernelFormer::dependsThroughOthers(ArrayRef<Operation *> ops, Unit *unit,
                                        Unit &target) {
  unsigned first = position[target.ops.front()];
  SmallVector<Unit *> work;
  DenseSet<Unit *> seen;
  auto visitOperands = [&](Operation *user) {
    for (Value operand : user->getOperands()) {
      Unit *from = unitOf(operand);
      // What ends before the target begins cannot depend on it.
      if (from && position[from->ops.back()] >= first &&
          seen.insert(from).second) {
        work.push_back(from);
      }
    }
  };
  seen.insert(unit);
  seen.insert(&target);
  llvm::for_each(ops, visitOperands);
  seen.erase(&target);
  while (!work.empty()) {
    Unit *at = work.pop_back_val();
    if (at == &target) {
      return true;
    }
    llvm::for_each(at->ops, visitOperands);
  }
  return false;
}

bool KernelFormer::mayJoin(Operation *op, Unit &unit) {
  return unit.ops.size() < maxOps && flowsWithinIteration(op, unit) &&
         !dependsThroughOthers(op, nullptr, unit);
}

/// Two clusters that hand values to each other become one where that is legal.
bool KernelFormer::mayMerge(Unit &a, Unit &b) {
  bool alike = a.isCluster && b.isCluster && a.segment == b.segment &&
               a.bounds == b.bounds && a.ops.size() + b.ops.size() <= maxOps;
  return alike &&
         llvm::all_of(
             a.ops,
             [&](Operation *op) { return flowsWithinIteration(op, b); }) &&
         llvm::all_of(
             b.ops,
             [&](Operation *op) { return flowsWithinIteration(op, a); }) &&
         !dependsThroughOthers(a.ops, &a, b) &&
         !dependsThroughOthers(b.ops, &b, a);
}

void KernelFormer::merge(Unit &into, Unit &from) {
  for (Operation *op : from.ops) {
    unitOfOp[op] = &into;
  }
  into.ops.append(from.ops);
  llvm::sort(into.ops, [&](Operation *a, Operation *b) {
    return position[a] < position[b];
  });
  from.ops.clear();
}

void KernelFormer::mergeClusters() {
  for (auto &unit : units) {
    bool changed = unit->isCluster;
    while (changed) {
      changed = false;
      llvm::SetVector<Unit *> producers;
      for (Operation *op : unit->ops) {
        for (Value operand : op->getOperands()) {
          Unit *from = unitOf(operand);
          if (from && from != unit.get()) {
            producers.insert(from);
          }
        }
      }
      for (Unit *producer : producers) {
        if (mayMerge(*unit, *producer)) {
          merge(*unit, *producer);
          changed = true;
        }
      }
    }
  }
  llvm::erase_if(units, [](const auto &unit) { return unit->ops.empty(); });
}

Unit *KernelFormer::findCluster(Operation *op, ArrayRef<int64_t> bounds,
                                unsigned segment) {
  llvm::SetVector<Unit *> candidates;
  for (Value operand : op->getOperands()) {
    if (Unit *unit = unitOf(operand)) {
      candidates.insert(unit);
    }
  }
  for (Value operand : op->getOperands()) {
    // To share a scalar saves no reading, and what all updates share (the rate)
    // would make one large kernel of them that equals no other.
    bool isScalar = !isa<CsrType>(operand.getType()) &&
                    cast<ShapedType>(operand.getType()).getRank() == 0;
    if (isInlined(operand.getDefiningOp()) || (isScalar && !bounds.empty())) {
      continue;
    }
    for (Operation *sibling :
         llvm::make_range(operand.user_begin(), operand.user_end())) {
      if (candidates.size() >= 16) {
        break;
      }
      if (Unit *unit = unitOfOp.lookup(sibling)) {
        candidates.insert(unit);
      }
    }
  }
  for (Unit *unit : candidates) {
    if (unit->isCluster && unit->segment == segment &&
        ArrayRef<int64_t>(unit->bounds) == bounds && mayJoin(op, *unit)) {
      return unit;
    }
  }
  return nullptr;
}

void KernelFormer::assignUnits() {
  unsigned segment = 0;
  for (auto [i, op] : llvm::enumerate(block)) {
    position[&op] = unsigned(i);
    auto loop = dyn_cast<LoopOpInterface>(op);
    if (isInlined(&op)) {
      continue;
    }
    Unit *unit = nullptr;
    SmallVector<int64_t> bounds;
    if (loop) {
      bounds = loop.getLoopBounds();
      unit = findCluster(&op, bounds, segment);
    }
    if (!unit) {
      unit = units.emplace_back(std::make_unique<Unit>()).get();
      unit->bounds = bounds;
      unit->isCluster = bool(loop);
      unit->segment = segment;
    }
    unit->ops.push_back(&op);
    unitOfOp[&op] = unit;
    segment += isa<GuardOp>(op);
  }
}

/// Kahn's algorithm; among ready units the one whose first op stood first.
SmallVector<Unit *> KernelFormer::inOrder() {
  DenseMap<Unit *, SmallVector<Unit *>> users;
  DenseMap<Unit *, unsigned> missing;
  auto depend = [&](Unit *user, Unit *on) {
    users[on].push_back(user);
    ++missing[user];
  };
  Unit *lastEffect = nullptr, *guard = nullptr;
  for (auto &unit : units) {
    llvm::SetVector<Unit *> needs;
    for (Operation *op : unit->ops) {
      for (Value operand : op->getOperands()) {
        if (Unit *from = unitOf(operand); from && from != unit.get()) {
          needs.insert(from);
        }
      }
    }
    // Effects keep their order, and what stands behind a guard stays there.
    if (isa<OutputOp, GuardOp, WriteOp>(unit->ops.front())) {
      if (lastEffect) {
        needs.insert(lastEffect);
      }
      lastEffect = unit.get();
    }
    if (guard && guard != unit.get() && unit->segment > guard->segment) {
      needs.insert(guard);
    }
    if (isa<GuardOp>(unit->ops.front())) {
      guard = unit.get();
    }
    for (Unit *on : needs) {
      depend(unit.get(), on);
    }
  }
  auto later = [&](Unit *a, Unit *b) {
    return position[a->ops.front()] > position[b->ops.front()];
  };
  std::priority_queue<Unit *, std::vector<Unit *>, decltype(later)> ready(
      later);
  for (auto &unit : units) {
    if (missing[unit.get()] == 0) {
      ready.push(unit.get());
    }
  }
  SmallVector<Unit *> order;
  while (!ready.empty()) {
    Unit *unit = ready.top();
    ready.pop();
    order.push_back(unit);
    for (Unit *user : users[unit]) {
      if (--missing[user] == 0) {
        ready.push(user);
      }
    }
  }
  assert(order.size() == units.size() && "clusters form a cycle");
  return order;
}

/// The location that names a kernel: that of its last op.
Location locationOf(Unit &unit) { return unit.ops.back()->getLoc(); }

void KernelFormer::emit(Unit &unit, OpBuilder &builder) {
  llvm::SetVector<Value> inputs, outputs;
  DenseSet<Operation *> members(unit.ops.begin(), unit.ops.end());
  for (Operation *op : unit.ops) {
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!isInlined(def) && !(def && members.contains(def))) {
        inputs.insert(operand);
      }
    }
    for (Value result : op->getResults()) {
      // Own loops write all their results, used or not.
      if (!unit.isCluster ||
          llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !members.contains(user);
          })) {
        outputs.insert(result);
      }
    }
  }
  SmallVector<Value> results = outputs.takeVector();
  auto kernel =
      KernelOp::create(builder, locationOf(unit),
                       TypeRange(ValueRange(results)), inputs.getArrayRef(),
                       ArrayRef<int64_t>{}, StringAttr(), IntegerAttr(), false);
  Block &body = kernel.getBody().emplaceBlock();
  IRMapping mapping;
  for (Value input : inputs) {
    mapping.map(input, body.addArgument(input.getType(), input.getLoc()));
  }
  OpBuilder inner = OpBuilder::atBlockEnd(&body);
  for (Operation *op : unit.ops) {
    for (Value operand : op->getOperands()) {
      if (isInlined(operand.getDefiningOp()) && !mapping.contains(operand)) {
        inner.clone(*operand.getDefiningOp(), mapping);
      }
    }
    inner.clone(*op, mapping);
  }
  SmallVector<Value> yielded = llvm::map_to_vector(
      results, [&](Value value) { return mapping.lookup(value); });
  KernelYieldOp::create(inner, kernel.getLoc(), yielded);
  for (auto [old, replacement] :
       llvm::zip_equal(results, kernel.getResults())) {
    old.replaceUsesWithIf(replacement, [&](OpOperand &use) {
      return !members.contains(use.getOwner());
    });
  }
}

/// A constant that something other than a loop op reads needs a buffer.
void materializeConstants(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isa<ConstantOp>(op)) {
      continue;
    }
    auto needsBuffer = [](OpOperand &use) {
      auto loop = dyn_cast<LoopOpInterface>(use.getOwner());
      return !loop || !loop.getOperandMap(use.getOperandNumber());
    };
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : op.getUses()) {
      if (needsBuffer(use)) {
        uses.push_back(&use);
      }
    }
    // One buffer a use: each may be taken over in place.
    for (OpOperand *use : uses) {
      OpBuilder builder(use->getOwner());
      use->set(FillOp::create(builder, use->getOwner()->getLoc(),
                              cast<ConstantOp>(op).getValue()));
    }
  }
}

/// Kernels of random numbers that differ in their stream alone share their
/// code: the stream comes in the high word of the step.
void shareRandomKernels(Block &block) {
  for (auto random : block.getOps<RandomUniformOp>()) {
    auto constant = random.getStep().getDefiningOp<ConstantOp>();
    if (!constant) {
      continue;
    }
    OpBuilder builder(random);
    auto elements = cast<DenseElementsAttr>(constant.getValue());
    int64_t step = elements.getSplatValue<APInt>().getSExtValue() +
                   int64_t(random.getStream() << 32);
    random.getStepMutable().assign(
        FillOp::create(builder, random.getLoc(),
                       DenseElementsAttr::get(elements.getType(), step)));
    random.setStream(0);
  }
}

void KernelFormer::run() {
  assignUnits();
  mergeClusters();
  SmallVector<Unit *> order = inOrder();
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  for (Unit *unit : order) {
    Operation *op = unit->ops.front();
    if (unit->isCluster || isa<KernelOpInterface>(op)) {
      emit(*unit, builder);
    } else {
      op->moveBefore(&block, block.end());
    }
  }
  for (auto &unit : llvm::reverse(units)) {
    if (unit->isCluster || isa<KernelOpInterface>(unit->ops.front())) {
      for (Operation *op : llvm::reverse(unit->ops)) {
        op->dropAllUses();
        op->erase();
      }
    }
  }
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (isInlined(&op)) {
      op.erase();
    }
  }
}

struct FormKernels : impl::FormKernelsBase<FormKernels> {
  using FormKernelsBase::FormKernelsBase;

  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      Block &block = step.getBody().front();
      shareRandomKernels(block);
      materializeConstants(block);
      KernelFormer(block, maxOps).run();
    }
  }
};

} // namespace
} // namespace sft
