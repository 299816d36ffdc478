//===- LeadCollectives.cpp - Messages are contiguous ----------------------===//
#include "dialects/sft/Formula.h"
#include "passes/Partition/Passes.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_LEADCOLLECTIVES
#include "passes/Partition/Passes.h.inc"

namespace {

Value transpose(Formula f, Value x, ArrayRef<int64_t> permutation) {
  bool isIdentity = llvm::equal(
      permutation, llvm::seq<int64_t>(0, int64_t(permutation.size())));
  return isIdentity
             ? x
             : Value(TransposeOp::create(f.builder, f.loc, x, permutation));
}

/// Dimension `dim` as `parts` times the rest, the parts in front of all.
Value partsInFront(Formula f, Value x, int64_t dim, int64_t parts) {
  SmallVector<int64_t> shape(typeOf(x).getShape()), permutation = {dim};
  shape[size_t(dim)] /= parts;
  shape.insert(shape.begin() + dim, parts);
  for (int64_t d = 0; d < int64_t(shape.size()); ++d) {
    if (d != dim) {
      permutation.push_back(d);
    }
  }
  return transpose(f, f.reshape(x, typeOf(x).clone(shape)), permutation);
}

/// The leading dimension, the parts, becomes the major part of dimension `dim`
/// of what is behind it.
Value partsInto(Formula f, Value x, int64_t dim) {
  SmallVector<int64_t> permutation;
  for (int64_t d = 0; d < typeOf(x).getRank(); ++d) {
    permutation.push_back(d < dim ? d + 1 : d == dim ? 0 : d);
  }
  Value moved = transpose(f, x, permutation);
  SmallVector<int64_t> shape(typeOf(moved).getShape());
  shape[size_t(dim) + 1] *= shape[size_t(dim)];
  shape.erase(shape.begin() + dim);
  return f.reshape(moved, typeOf(x).clone(shape));
}

/// A copy of `op` from x to a value of x's shape with another leading size.
template <typename Op> Op copyOf(Op op, Value x, int64_t leading) {
  SmallVector<int64_t> shape(typeOf(x).getShape());
  shape[0] = leading;
  OpBuilder builder(op);
  auto copy = cast<Op>(builder.clone(*op));
  copy.getXMutable().assign(x);
  copy.getY().setType(typeOf(x).clone(shape));
  return copy;
}

void lead(AllGatherOp op) {
  if (op.getDim() == 0) {
    return;
  }
  OpBuilder builder(op);
  Formula f{builder, op.getLoc()};
  int64_t dim = op.getDim();
  auto type = typeOf(op.getY());
  int64_t parts = type.getDimSize(dim) / typeOf(op.getX()).getDimSize(dim);
  SmallVector<int64_t> shape(typeOf(op.getX()).getShape());
  shape.insert(shape.begin(), 1);
  AllGatherOp gather =
      copyOf(op, f.reshape(op.getX(), type.clone(shape)), parts);
  gather.setDim(0);
  op.getY().replaceAllUsesWith(partsInto(f, gather.getY(), dim));
  op.erase();
}

void lead(ReduceScatterOp op) {
  if (op.getDim() == 0) {
    return;
  }
  OpBuilder builder(op);
  Formula f{builder, op.getLoc()};
  int64_t dim = op.getDim();
  int64_t parts =
      typeOf(op.getX()).getDimSize(dim) / typeOf(op.getY()).getDimSize(dim);
  ReduceScatterOp scatter =
      copyOf(op, partsInFront(f, op.getX(), dim, parts), 1);
  scatter.setDim(0);
  op.getY().replaceAllUsesWith(f.reshape(scatter.getY(), typeOf(op.getY())));
  op.erase();
}

void lead(AllToAllOp op) {
  if (op.getSplit() == op.getConcat()) {
    return;
  }
  OpBuilder builder(op);
  Formula f{builder, op.getLoc()};
  int64_t split = op.getSplit();
  int64_t parts =
      typeOf(op.getX()).getDimSize(split) / typeOf(op.getY()).getDimSize(split);
  AllToAllOp exchange =
      copyOf(op, partsInFront(f, op.getX(), split, parts), parts);
  int64_t concat = op.getConcat();
  exchange.setSplit(0);
  exchange.setConcat(0);
  op.getY().replaceAllUsesWith(partsInto(f, exchange.getY(), concat));
  op.erase();
}

struct LeadCollectives : impl::LeadCollectivesBase<LeadCollectives> {
  void runOnOperation() override {
    SmallVector<Operation *> all;
    getOperation().walk([&](CollectiveOpInterface op) { all.push_back(op); });
    for (Operation *op : all) {
      if (auto gather = dyn_cast<AllGatherOp>(op)) {
        lead(gather);
      } else if (auto scatter = dyn_cast<ReduceScatterOp>(op)) {
        lead(scatter);
      } else if (auto exchange = dyn_cast<AllToAllOp>(op)) {
        lead(exchange);
      }
    }
  }
};

} // namespace
} // namespace sft
