#include "dialects/sft/Components.h"
#include "dialects/sft/Formula.h"
#include "passes/Partition/Passes.h"
#include "passes/Partition/Resharder.h"
#include "passes/Sharding/Shardings.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_BUCKETCOLLECTIVES
#include "passes/Partition/Passes.h.inc"

namespace {

bool joinable(Operation *a, Operation *b) {
  auto element = [](Operation *op) {
    return getElementTypeOrSelf(op->getOperand(0));
  };
  return a->getAttr("kind") == b->getAttr("kind") &&
         a->getAttr("axes") == b->getAttr("axes") && element(a) == element(b);
}

//===----------------------------------------------------------------------===//
// Joining
//===----------------------------------------------------------------------===//

Location fusedLoc(ArrayRef<Operation *> members) {
  auto locs = llvm::map_to_vector(
      members, [](Operation *op) -> Location { return op->getLoc(); });
  return Builder(members.front()->getContext()).getFusedLoc(locs);
}

/// What a collective that becomes a member was for.
Attribute memberOf(Operation *op) {
  Builder b(op->getContext());
  NamedAttrList member;
  member.set("bytes", b.getI64IntegerAttr(bytesOf(op->getOperandTypes())));
  member.set("why", op->getAttr("why"));
  if (Attribute avoid = op->getAttr(kAvoidAttr)) {
    member.set("avoid", avoid);
  }
  return member.getDictionary(op->getContext());
}

std::string whyOf(ArrayRef<Operation *> members) {
  return llvm::formatv("bucket of {0}; first: {1}", members.size(),
                       members.front()->getAttrOfType<StringAttr>("why"))
      .str();
}

/// Several operands are one message: placement puts them side by side.
Operation *joinReductions(ArrayRef<Operation *> members) {
  auto last = cast<AllReduceOp>(members.back());
  OpBuilder builder(last);
  SmallVector<Value> operands;
  for (Operation *op : members) {
    llvm::append_range(operands, op->getOperands());
  }
  auto joined = AllReduceOp::create(
      builder, fusedLoc(members), TypeRange(ValueRange(operands)),
      last.getKind(), operands, last.getAxes(), whyOf(members));
  unsigned next = 0;
  for (Operation *op : members) {
    for (Value result : op->getResults()) {
      result.replaceAllUsesWith(joined.getResult(next++));
    }
  }
  return joined;
}

/// As so many rows.
Value asRows(Formula f, Value x, int64_t rows) {
  auto type = typeOf(x);
  return f.reshape(x, type.clone({rows, type.getNumElements() / rows}));
}

/// Row m of the joined value is what member m of the group brings or gets of
/// each: `in` rows go in, `out` come out.
Operation *joinRows(ArrayRef<Operation *> members, int64_t in, int64_t out) {
  OpBuilder builder(members.back());
  Formula f{builder, fusedLoc(members)};
  auto parts = llvm::map_to_vector(
      members, [&](Operation *op) { return asRows(f, op->getOperand(0), in); });
  Value all = f.op<ConcatOp>(ValueRange(parts), int64_t(1));
  Operation *joined = builder.clone(*members.back());
  joined->setLoc(f.loc);
  joined->setDiscardableAttrs(ArrayRef<NamedAttribute>());
  joined->setAttr("why", builder.getStringAttr(whyOf(members)));
  joined->setOperand(0, all);
  int64_t columns = typeOf(all).getDimSize(1), at = 0;
  joined->getResult(0).setType(typeOf(all).clone({out, columns}));
  for (Operation *op : members) {
    auto type = typeOf(op->getResult(0));
    int64_t width = type.getNumElements() / out;
    Value part = f.op<SliceOp>(joined->getResult(0), ArrayRef<int64_t>{0, at},
                               ArrayRef<int64_t>{out, width});
    op->getResult(0).replaceAllUsesWith(f.reshape(part, type));
    at += width;
  }
  return joined;
}

Operation *joinAsRows(ArrayRef<Operation *> members) {
  int64_t x = typeOf(members.front()->getOperand(0)).getNumElements();
  int64_t y = typeOf(members.front()->getResult(0)).getNumElements();
  return joinRows(members, std::max(x / y, int64_t(1)),
                  std::max(y / x, int64_t(1)));
}

void join(ArrayRef<Operation *> members) {
  Operation *joined = isa<AllReduceOp>(members.front())
                          ? joinReductions(members)
                          : joinAsRows(members);
  auto reasons = llvm::map_to_vector(members, memberOf);
  joined->setAttr(kMembersAttr, ArrayAttr::get(joined->getContext(), reasons));
  for (Operation *op : members) {
    op->erase();
  }
}

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

/// Collectives that are being joined, and the first op that needs one of them.
class Bucket {
public:
  explicit Bucket(int64_t limit) : limit(limit) {}

  void add(Operation *op) {
    if (!members.empty() && !joinable(members.back(), op)) {
      close();
    }
    members.push_back(op);
    bytes += messageBytes(op);
    for (Operation *user : op->getUsers()) {
      deadline = !deadline || user->isBeforeInBlock(deadline) ? user : deadline;
    }
    if (bytes >= limit) {
      close();
    }
  }

  /// Replaces the members by one op where the last of them stands.
  void close() {
    if (members.size() > 1) {
      join(members);
    }
    *this = Bucket(limit);
  }

  bool isDue(Operation *op) const { return op == deadline; }

private:
  int64_t limit;
  SmallVector<Operation *> members;
  int64_t bytes = 0;
  Operation *deadline = nullptr;
};

using Condition = llvm::function_ref<bool(Operation *)>;

void bucketAll(Block &block, int64_t limit, Condition takes) {
  Bucket bucket(limit);
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (bucket.isDue(&op)) {
      bucket.close();
    }
    if (takes(&op) && !op.use_empty()) {
      bucket.add(&op);
    }
  }
}

//===----------------------------------------------------------------------===//
// Gathers of variables
//===----------------------------------------------------------------------===//

/// The variable of which `gather` sends a part, as it was before the step; null
/// if it sends anything else.
Attribute variableOf(Operation *gather) {
  Value x = gather->getOperand(0);
  while (auto reshape = x.getDefiningOp<ReshapeOp>()) {
    x = reshape.getX();
  }
  auto read = x.getDefiningOp<ReadOp>();
  return read ? read.getVariableAttr() : Attribute();
}

/// What the op's operand is made of moves ahead of `place`.
void carryOperand(Operation *op, Operation *place) {
  Operation *def = op->getOperand(0).getDefiningOp();
  if (isa<ReshapeOp>(def)) {
    carryOperand(def, place);
  }
  if (place->isBeforeInBlock(def)) {
    def->moveBefore(place);
  }
}

/// A run of gathers that stand one behind the other.
struct Run {
  Operation *first = nullptr, *last = nullptr;
  llvm::SmallDenseSet<Attribute> variables;
  int64_t bytes = 0;
};

/// They stand where they are used, though they might be issued at any time:
/// those of a bucket move up to its first one. A variable that is gathered
/// again begins another bucket, so that what the forward pass needed is not
/// kept for the backward pass.
void liftGathers(Block &block, int64_t limit, Condition takes) {
  Run run;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (isa<GuardOp>(op)) {
      run = {};
    }
    Attribute variable = takes(&op) ? variableOf(&op) : Attribute();
    if (!variable) {
      continue;
    }
    bool joins = run.last && joinable(run.last, &op) && run.bytes < limit &&
                 !run.variables.contains(variable);
    if (joins) {
      carryOperand(&op, run.first);
      op.moveAfter(run.last);
    } else {
      run = {&op, &op, {}, 0};
    }
    run.last = &op;
    run.variables.insert(variable);
    run.bytes += messageBytes(&op);
  }
}

/// Writes happen at the end of the step: where they stand, they use nothing.
void sinkWrites(Block &block, Condition takes) {
  for (WriteOp write : llvm::to_vector(block.getOps<WriteOp>())) {
    Operation *def = write.getValue().getDefiningOp();
    if (def && takes(def)) {
      write->moveBefore(&block, block.end());
    }
  }
}

/// What has to be copied into rows and back is small and dense.
template <typename Op> bool isSmall(Operation *op, int64_t small) {
  return isa<Op>(op) && isa<RankedTensorType>(op->getOperand(0).getType()) &&
         messageBytes(op) <= small && bytesOf(op->getOperandTypes()) > 0 &&
         bytesOf(op->getResultTypes()) > 0;
}

struct BucketCollectives : impl::BucketCollectivesBase<BucketCollectives> {
  using BucketCollectivesBase::BucketCollectivesBase;

  void runOnOperation() override {
    int64_t most = std::min(int64_t(small), int64_t(bytes));
    auto scatters = [&](Operation *op) {
      return isSmall<ReduceScatterOp>(op, most);
    };
    auto gathers = [&](Operation *op) {
      return isSmall<AllGatherOp>(op, most);
    };
    for (auto step : getOperation().getOps<StepOp>()) {
      Block &block = step.getBody().front();
      bucketAll(block, bytes, llvm::IsaPred<AllReduceOp>);
      bucketAll(block, bytes, scatters);
      liftGathers(block, bytes, gathers);
      sinkWrites(block, gathers);
      bucketAll(block, bytes, gathers);
    }
  }
};

} // namespace
} // namespace sft
