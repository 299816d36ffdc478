#include "passes/Placement/Storage.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;

namespace sft {

Storage *PersistentStorage::add(StringRef name, RankedTensorType type,
                                plan::BufferKind kind, Location location) {
  auto &storage = all.emplace_back(std::make_unique<Storage>());
  storage->name = name.str();
  storage->type = type;
  storage->bytes = bytesOf(type);
  storage->kind = kind;
  storage->location = location;
  return storage.get();
}

Storage *StepStorage::make(RankedTensorType type, Location location) {
  auto &storage = own.emplace_back(std::make_unique<Storage>());
  storage->name = (step.getSymName() + "." + Twine(own.size() - 1)).str();
  storage->type = type;
  storage->bytes = bytesOf(type);
  storage->location = location;
  return storage.get();
}

StepStorage::StepStorage(StepOp step, PersistentStorage &persistent)
    : step(step), persistent(persistent) {
  Block &block = step.getBody().front();
  for (auto [i, name] : llvm::enumerate(step.getInputNames())) {
    auto key = cast<StringAttr>(name).getValue();
    llvm::append_range(map[block.getArgument(unsigned(i))],
                       persistent.inputs[key]);
  }
  for (auto [i, op] : llvm::enumerate(block)) {
    position[&op] = int64_t(i);
    if (isa<GuardOp>(op)) {
      guard = int64_t(i);
    }
  }
  for (Operation &op : block) {
    assign(op);
  }
  for (auto &[value, parts] : map) {
    for (Storage *part : parts) {
      users[part].push_back(value);
    }
  }
  for (auto write : block.getOps<WriteOp>()) {
    takeVariable(write);
  }
  computeLifetimes();
}

void StepStorage::assign(Operation &op) {
  if (auto read = dyn_cast<ReadOp>(op)) {
    map[read.getResult()] = {persistent.variables[read.getVariable()]};
    return;
  }
  if (auto scalar = dyn_cast<RuntimeScalarOp>(op)) {
    std::pair<int64_t, int64_t> key{int64_t(scalar.getKind()),
                                    int64_t(scalar.getAxis().value_or(0))};
    map[scalar.getResult()] = {persistent.scalars[key]};
    return;
  }
  if (isa<ReshapeOp, AwaitOp>(op)) {
    for (auto [view, whole] :
         llvm::zip_first(op.getResults(), op.getOperands())) {
      SmallVector<Storage *, 1> source = map[whole];
      map[view] = source;
    }
    return;
  }
  if (auto view = dyn_cast<ViewOp>(op)) {
    return assignView(view);
  }
  if (auto reduce = dyn_cast<AllReduceOp>(op)) {
    return assignBucket(reduce);
  }
  auto kernel = dyn_cast<KernelOp>(op);
  for (auto [r, result] : llvm::enumerate(op.getResults())) {
    SmallVector<Storage *, 1> parts;
    auto operand = kernel ? kernel.operandOfResult(unsigned(r)) : std::nullopt;
    if (operand) {
      parts = map[kernel.getOperand(*operand)];
    } else {
      for (RankedTensorType type : componentsOf(result.getType())) {
        parts.push_back(make(type, op.getLoc()));
      }
    }
    map[result] = parts;
  }
}

void StepStorage::assignView(ViewOp op) {
  SmallVector<Storage *, 1> parts;
  for (auto [i, type] : llvm::enumerate(componentsOf(op.getY().getType()))) {
    Storage *whole = map[op.getX()][i];
    Storage *part = make(type, op.getLoc());
    part->parent = whole->parent ? whole->parent : whole;
    part->offsetInParent =
        whole->offsetInParent + int64_t(op.getPart()) * part->bytes;
    parts.push_back(part);
    views[part->parent].push_back(part);
  }
  map[op.getY()] = parts;
}

/// An all-reduce works in place. One operand brings its own bytes if it dies
/// there; several become parts of one contiguous bucket.
void StepStorage::assignBucket(AllReduceOp op) {
  unsigned count = op->getNumOperands();
  Storage *bucket = nullptr;
  int64_t bytes = 0;
  if (count > 1) {
    for (Type type : op.getOperandTypes()) {
      bytes += alignBuffer(bytesOf(cast<RankedTensorType>(type)));
    }
    Type element =
        cast<RankedTensorType>(op.getOperand(0).getType()).getElementType();
    int64_t width = bytesOf(RankedTensorType::get({1}, element));
    bucket = make(RankedTensorType::get({bytes / width}, element), op.getLoc());
  }
  int64_t at = 0;
  llvm::SmallSet<Storage *, 8> taken;
  for (unsigned i = 0; i < count; ++i) {
    Storage *storage = single(op.getOperand(i));
    bool fits = storage->isTemporary() && !storage->parent &&
                !views.contains(storage) && endsAt(op.getOperand(i), op) &&
                taken.insert(storage).second;
    if (!fits) {
      auto type = cast<RankedTensorType>(op.getOperand(i).getType());
      storage = make(type, op.getLoc());
    }
    if (bucket) {
      storage->parent = bucket;
      storage->offsetInParent = at;
      // With its padding, so that the parts leave no gap in the bucket.
      storage->bytes = alignBuffer(storage->bytes);
      at += storage->bytes;
    }
    map[op.getResult(i)] = {storage};
    bucket = bucket ? bucket : storage;
  }
  buckets[op] = bucket;
}

bool StepStorage::needsCopyIn(AllReduceOp op, unsigned operand) const {
  return single(op.getOperand(operand)) != single(op.getResult(operand));
}

bool StepStorage::needsCopyOut(WriteOp write) const {
  return single(write.getValue()) !=
         persistent.variables.lookup(write.getVariable());
}

void StepStorage::replace(Storage *from, Storage *to) {
  for (Value value : users[from]) {
    llvm::replace(map[value], from, to);
    users[to].push_back(value);
  }
  users.erase(from);
  llvm::erase_if(own, [&](const auto &each) { return each.get() == from; });
}

/// True if something but `except` reads the bytes at this position or later.
bool StepStorage::isReadFrom(Storage *storage, int64_t at,
                             Operation *except) const {
  for (Value value : users.lookup(storage)) {
    for (Operation *user : value.getUsers()) {
      if (position.lookup(user) >= at && user != except) {
        return true;
      }
    }
  }
  return llvm::any_of(views.lookup(storage), [&](Storage *part) {
    return isReadFrom(part, at, except);
  });
}

/// Lets the new value be computed where the variable lives.
void StepStorage::takeVariable(WriteOp write) {
  Storage *variable = persistent.variables.lookup(write.getVariable());
  Storage *now = single(write.getValue());
  auto await = write.getValue().getDefiningOp<AwaitOp>();
  Operation *def =
      await ? await.getCollective() : write.getValue().getDefiningOp();
  bool movable =
      now != variable && now->isTemporary() && !now->parent &&
      isa_and_present<KernelOp, ContractOp, FillOp, AllGatherOp>(def) &&
      (guard < 0 || position.lookup(def) > guard);
  if (!movable) {
    return;
  }
  int64_t at = position.lookup(def);
  if (users[now].size() > (await ? 2 : 1) || views.contains(now)) {
    return; // other values live there too: taken over before, or parts
  }
  if (isReadFrom(variable, at, write)) {
    return; // the old value
  }
  replace(now, variable);
}

void StepStorage::computeLifetimes() {
  auto touch = [&](Value value, int64_t at) {
    for (Storage *storage : map[value]) {
      storage->touch(at);
      if (storage->parent) {
        storage->parent->touch(at);
      }
    }
  };
  int64_t end = int64_t(position.size());
  for (Operation &op : step.getBody().front()) {
    int64_t at = position[&op];
    // A view reads nothing; its users do.
    if (isa<ReshapeOp, ViewOp>(op)) {
      continue;
    }
    for (Value value : op.getOperands()) {
      bool copied = isa<WriteOp>(op) && needsCopyOut(cast<WriteOp>(op));
      touch(value, copied ? end : at);
    }
    for (Value value : op.getResults()) {
      touch(value, at);
    }
  }
}

int64_t placeTemporaries(ArrayRef<std::unique_ptr<Storage>> temporaries,
                         int64_t base) {
  SmallVector<Storage *> bySize, placed;
  for (const auto &storage : temporaries) {
    if (!storage->parent && storage->last >= 0) {
      bySize.push_back(storage.get());
    }
  }
  llvm::sort(bySize, [](Storage *a, Storage *b) {
    return std::tuple(-a->bytes, a->first, a->name) <
           std::tuple(-b->bytes, b->first, b->name);
  });
  int64_t end = base;
  for (Storage *storage : bySize) {
    // `placed` is in order of offsets: take the first gap that is large enough.
    int64_t at = base;
    for (Storage *other : placed) {
      bool together =
          storage->first <= other->last && other->first <= storage->last;
      if (together && other->offset < at + alignBuffer(storage->bytes)) {
        at = std::max(at, other->offset + alignBuffer(other->bytes));
      }
    }
    storage->offset = at;
    placed.insert(llvm::upper_bound(placed, storage,
                                    [](Storage *a, Storage *b) {
                                      return a->offset < b->offset;
                                    }),
                  storage);
    end = std::max(end, at + alignBuffer(storage->bytes));
  }
  for (const auto &storage : temporaries) {
    if (storage->parent) {
      storage->offset = storage->parent->offset + storage->offsetInParent;
    }
  }
  return end;
}

} // namespace sft
