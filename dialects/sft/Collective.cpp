#include "dialects/sft/Collective.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/sft/Collective.cpp.inc"

namespace sft {

void registerCollectiveOps(SftDialect &dialect) {
  dialect.registerOps<
#define GET_OP_LIST
#include "dialects/sft/Collective.cpp.inc"
      >();
}

LogicalResult AllReduceOp::verify() {
  if (getOperandTypes() != getResultTypes()) {
    return emitOpError("result types are the operands' types");
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
}

static SmallVector<int64_t> dimsOf(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    return csr.getShape();
  }
  return SmallVector<int64_t>(cast<RankedTensorType>(type).getShape());
}

/// Tensors or CSR values of one element type.
static bool areAlike(Type a, Type b) {
  auto sparseA = dyn_cast<CsrType>(a), sparseB = dyn_cast<CsrType>(b);
  if (sparseA && sparseB) {
    return sparseA.getElementType() == sparseB.getElementType();
  }
  return !sparseA && !sparseB &&
         getElementTypeOrSelf(a) == getElementTypeOrSelf(b);
}

/// The factor by which `dim` of `less` is smaller than that of `more`, if this
/// is all that differs; else 0.
static int64_t shrinkage(ArrayRef<int64_t> more, ArrayRef<int64_t> less,
                         int64_t dim) {
  if (more.size() != less.size() || dim < 0 || dim >= int64_t(more.size())) {
    return 0;
  }
  SmallVector<int64_t> grown(less);
  grown[size_t(dim)] = more[size_t(dim)];
  bool divides =
      less[size_t(dim)] != 0 && more[size_t(dim)] % less[size_t(dim)] == 0;
  return ArrayRef(grown) == more && divides
             ? more[size_t(dim)] / less[size_t(dim)]
             : 0;
}

LogicalResult AllGatherOp::verify() {
  if (!areAlike(getX().getType(), getY().getType()) ||
      !shrinkage(dimsOf(getY().getType()), dimsOf(getX().getType()),
                 getDim())) {
    return emitOpError() << "only dimension " << getDim() << " grows, but "
                         << getX().getType() << " becomes " << getY().getType();
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
}

LogicalResult ReduceScatterOp::verify() {
  if (!areAlike(getX().getType(), getY().getType()) ||
      !shrinkage(dimsOf(getX().getType()), dimsOf(getY().getType()),
                 getDim())) {
    return emitOpError() << "only dimension " << getDim() << " shrinks, but "
                         << getX().getType() << " becomes " << getY().getType();
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
}

LogicalResult AllToAllOp::verify() {
  SmallVector<int64_t> from = dimsOf(getX().getType()),
                       to = dimsOf(getY().getType()), middle = from;
  int64_t split = getSplit(), concat = getConcat();
  if (split == concat && getX().getType() == getY().getType() && split >= 0 &&
      split < int64_t(from.size())) {
    return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
  }
  bool inRange = areAlike(getX().getType(), getY().getType()) && split >= 0 &&
                 split < int64_t(from.size()) && concat >= 0 &&
                 concat < int64_t(from.size()) && split != concat &&
                 to.size() == from.size();
  if (inRange) {
    middle[size_t(split)] = to[size_t(split)];
  }
  int64_t parts = inRange ? shrinkage(from, middle, split) : 0;
  if (!parts || shrinkage(to, middle, concat) != parts) {
    return emitOpError() << "splits dimension " << split << " and concatenates "
                         << concat << ", but " << getX().getType()
                         << " becomes " << getY().getType();
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") : success();
}

LogicalResult verifySenders(Operation *op, MeshAttr mesh) {
  auto permute = dyn_cast<PermuteOp>(op);
  int64_t members = permute ? mesh.sizeOf(permute.getAxes()) : 0;
  return !permute || members == int64_t(permute.getFrom().size())
             ? success()
             : op->emitOpError() << "permutes " << permute.getFrom().size()
                                 << " members, but the group has " << members;
}

LogicalResult PermuteOp::verify() {
  if (!isPermutationVector(getFrom())) { // C1
    return emitOpError() << "from is no permutation of 0 to "
                         << int64_t(getFrom().size()) - 1;
  }
  return getAxes().empty() ? emitOpError("needs a mesh axis") // C2
                           : success();
}

LogicalResult AwaitOp::verify() {
  Operation *collective =
      getValues().empty() ? nullptr : getValues().front().getDefiningOp();
  if (!isa_and_present<CollectiveOpInterface>(collective) ||
      !llvm::equal(getValues(), collective->getResults())) {
    return emitOpError("values are all results of one collective");
  }
  return getValues().getTypes() == getResultTypes()
             ? success()
             : emitOpError("result types are the values' types");
}

Value viewOf(OpOperand &use) {
  if (isa<ReshapeOp, ViewOp>(use.getOwner())) {
    return use.getOwner()->getResult(0);
  }
  auto await = dyn_cast<AwaitOp>(use.getOwner());
  bool awaited = await && use.getOperandNumber() < await.getValues().size();
  return awaited ? await.getResult(use.getOperandNumber()) : Value();
}

Value bufferOf(Value value) {
  while (Operation *def = value.getDefiningOp()) {
    if (isa<ReshapeOp, ViewOp>(def)) {
      value = def->getOperand(0);
    } else if (auto await = dyn_cast<AwaitOp>(def)) {
      value = await.getValues()[cast<OpResult>(value).getResultNumber()];
    } else {
      break;
    }
  }
  return value;
}

/// Whether no use of `value` or of a view of it stands behind `op`.
static bool isUntouchedBehind(Value value, Operation *op) {
  return llvm::all_of(value.getUses(), [op](OpOperand &use) {
    Value view = viewOf(use);
    bool touches = !isa<ReshapeOp, ViewOp>(use.getOwner());
    return !(touches && op->isBeforeInBlock(use.getOwner())) &&
           (!view || isUntouchedBehind(view, op));
  });
}

bool endsAt(Value value, Operation *op) {
  return isUntouchedBehind(bufferOf(value), op);
}

AwaitOp awaitOf(Operation *collective) {
  for (Operation *user : collective->getResult(0).getUsers()) {
    auto await = dyn_cast<AwaitOp>(user);
    if (await && await.getCollective() == collective) {
      return await;
    }
  }
  return {};
}

} // namespace sft
