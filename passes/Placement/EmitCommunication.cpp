#include "passes/Placement/EmitCommunication.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sft {

Location named(Operation *op, StringRef name) {
  return NameLoc::get(StringAttr::get(op->getContext(), name), op->getLoc());
}

/// The op's place under its own name.
static Location placeOf(Operation *op) {
  return named(op, op->getName().getStringRef());
}

static plan::CollectiveKind kindOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, plan::CollectiveKind>(op)
      .Case<AllReduceOp>([](auto) { return plan::CollectiveKind::AllReduce; })
      .Case<AllGatherOp>([](auto) { return plan::CollectiveKind::AllGather; })
      .Case<ReduceScatterOp>(
          [](auto) { return plan::CollectiveKind::ReduceScatter; })
      .Case<PermuteOp>([](auto) { return plan::CollectiveKind::Permute; })
      .Default([](auto) { return plan::CollectiveKind::AllToAll; });
}

static ReduceKind reductionOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, ReduceKind>(op)
      .Case<AllReduceOp, ReduceScatterOp>([](auto op) { return op.getKind(); })
      .Default([](auto) { return ReduceKind::Sum; });
}

void CommunicationEmitter::emitMessage(CollectiveOpInterface op, Value in,
                                       Value out, int64_t stream) {
  auto why = op->getAttrOfType<StringAttr>("why").getValue();
  auto permute = dyn_cast<PermuteOp>(op.getOperation());
  ArrayRef<int64_t> from = permute ? permute.getFrom() : ArrayRef<int64_t>();
  plan::CollectiveOp::create(builder, placeOf(op), kindOf(op), reductionOf(op),
                             in, out, op.getAxes(), 0, why, 0, stream, from);
}

/// From one buffer to another; the leading dimension is the one that the
/// partition phase leaves to collectives. An all_reduce works in place.
void CommunicationEmitter::emitOn(int64_t stream, CollectiveOpInterface op) {
  if (auto reduce = dyn_cast<AllReduceOp>(op.getOperation())) {
    Value bucket = storage.bucketOf(reduce)->buffer;
    return emitMessage(op, bucket, bucket, stream);
  }
  for (auto [in, out] : llvm::zip_equal(storage.of(op->getOperand(0)),
                                        storage.of(op->getResult(0)))) {
    emitMessage(op, in->buffer, out->buffer, stream);
  }
}

void CommunicationEmitter::copyIn(AllReduceOp op) {
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    if (storage.needsCopyIn(op, i)) {
      plan::CopyOp::create(builder, op.getLoc(),
                           storage.single(op.getOperand(i))->buffer,
                           storage.single(op.getResult(i))->buffer);
    }
  }
}

void CommunicationEmitter::emit(CollectiveOpInterface op) {
  if (auto reduce = dyn_cast<AllReduceOp>(op.getOperation())) {
    copyIn(reduce);
  }
  if (!awaitOf(op)) {
    return emitOn(kCompute, op);
  }
  int64_t begin = events++, end = events++;
  plan::RecordOp::create(builder, placeOf(op), begin, kCompute);
  plan::WaitOp::create(builder, placeOf(op), begin, kCommunication);
  emitOn(kCommunication, op);
  plan::RecordOp::create(builder, placeOf(op), end, kCommunication);
  endOf[op] = end;
}

void CommunicationEmitter::emit(AwaitOp op) {
  Operation *collective = op.getCollective();
  plan::WaitOp::create(builder, placeOf(collective), endOf[collective],
                       kCompute);
}

} // namespace sft
