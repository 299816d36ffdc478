#include "passes/Partition/Passes.h"
#include "passes/Sharding/Shardings.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_BUCKETCOLLECTIVES
#include "passes/Partition/Passes.h.inc"

namespace {

int64_t bytesOf(AllReduceOp op) {
  int64_t bytes = 0;
  for (Type type : op.getOperandTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    bytes += tensor.getNumElements() *
             llvm::divideCeil(tensor.getElementTypeBitWidth(), 8);
  }
  return bytes;
}

bool joinable(AllReduceOp a, AllReduceOp b) {
  return a.getKind() == b.getKind() && a.getAxes() == b.getAxes() &&
         getElementTypeOrSelf(a.getOperand(0)) ==
             getElementTypeOrSelf(b.getOperand(0));
}

/// All-reduces that are being joined, and the first op that needs one of them.
struct Bucket {
  SmallVector<AllReduceOp> members;
  int64_t bytes = 0;
  Operation *deadline = nullptr;

  void add(AllReduceOp op) {
    members.push_back(op);
    bytes += bytesOf(op);
    for (Operation *user : op->getUsers()) {
      if (!deadline || user->isBeforeInBlock(deadline)) {
        deadline = user;
      }
    }
  }

  /// Replaces the members by one op where the last of them stands.
  void close() {
    if (members.size() > 1) {
      join();
    }
    *this = {};
  }

  void join() {
    AllReduceOp last = members.back();
    OpBuilder builder(last);
    SmallVector<Value> operands;
    SmallVector<Location> locs;
    for (AllReduceOp op : members) {
      llvm::append_range(operands, op.getOperands());
      locs.push_back(op.getLoc());
    }
    std::string why = llvm::formatv("bucket of {0}; first: {1}", members.size(),
                                    members.front().getWhy());
    auto joined = AllReduceOp::create(
        builder, builder.getFusedLoc(locs), TypeRange(ValueRange(operands)),
        last.getKind(), operands, last.getAxes(), why);
    unsigned next = 0;
    for (AllReduceOp op : members) {
      for (Value result : op.getResults()) {
        result.replaceAllUsesWith(joined.getResult(next++));
      }
      op.erase();
    }
  }
};

void bucketStep(Block &block, int64_t limit) {
  Bucket bucket;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (bucket.deadline == &op) {
      bucket.close();
    }
    auto reduce = dyn_cast<AllReduceOp>(op);
    if (!reduce || reduce->use_empty()) {
      continue;
    }
    if (!bucket.members.empty() && !joinable(bucket.members.back(), reduce)) {
      bucket.close();
    }
    bucket.add(reduce);
    if (bucket.bytes >= limit) {
      bucket.close();
    }
  }
}

struct BucketCollectives : impl::BucketCollectivesBase<BucketCollectives> {
  using BucketCollectivesBase::BucketCollectivesBase;

  void runOnOperation() override {
    for (auto step : getOperation().getOps<StepOp>()) {
      bucketStep(step.getBody().front(), bytes);
    }
  }
};

} // namespace
} // namespace sft
