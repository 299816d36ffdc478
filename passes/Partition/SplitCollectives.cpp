#include "dialects/sft/Formula.h"
#include "passes/Partition/Passes.h"
#include "passes/Partition/Resharder.h"
#include "passes/Sharding/Shardings.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_SPLITCOLLECTIVES
#include "passes/Partition/Passes.h.inc"

namespace {

/// `axes` before the axis, the axis, and behind it, without empty ones.
SmallVector<Axes> around(ArrayRef<int64_t> axes, int64_t axis) {
  SmallVector<Axes> groups = {{}, {axis}, {}};
  size_t at = 0;
  for (int64_t each : axes) {
    if (each == axis) {
      at = 2;
    } else {
      groups[at].push_back(each);
    }
  }
  llvm::erase_if(groups, [](const Axes &group) { return group.empty(); });
  return groups;
}

/// A copy of `op` over other axes, from `x` to a value of `type`.
template <typename Op>
Value copyOver(Op op, ValueRange x, ArrayRef<int64_t> axes, TypeRange types) {
  OpBuilder builder(op);
  auto copy = cast<Op>(builder.clone(*op));
  copy->setOperands(x);
  copy.setAxes(axes);
  for (auto [result, type] : llvm::zip_equal(copy->getResults(), types)) {
    result.setType(type);
  }
  return copy->getResult(0);
}

void replace(Operation *op, Operation *by) {
  op->replaceAllUsesWith(by->getResults());
  op->erase();
}

void split(AllReduceOp op, int64_t axis) {
  ValueRange values = op->getOperands();
  Axes others(op.getAxes());
  llvm::erase(others, axis);
  Operation *last = nullptr;
  for (ArrayRef<int64_t> axes : {ArrayRef(axis), ArrayRef<int64_t>(others)}) {
    last = copyOver(op, values, axes, op->getResultTypes()).getDefiningOp();
    values = last->getResults();
  }
  replace(op, last);
}

/// The type with `times` / `over` times as many rows.
RankedTensorType scaled(Value x, int64_t times, int64_t over) {
  auto type = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = shape[0] * times / over;
  return type.clone(shape);
}

/// From the last axis to the first: what is gathered is in order.
void split(AllGatherOp op, int64_t axis, MeshAttr mesh) {
  Value x = op.getX();
  SmallVector<Axes> groups = around(op.getAxes(), axis);
  for (const Axes &axes : llvm::reverse(groups)) {
    x = copyOver(op, x, axes, scaled(x, mesh.sizeOf(axes), 1));
  }
  replace(op, x.getDefiningOp());
}

void split(ReduceScatterOp op, int64_t axis, MeshAttr mesh) {
  Value x = op.getX();
  for (const Axes &axes : around(op.getAxes(), axis)) {
    x = copyOver(op, x, axes, scaled(x, 1, mesh.sizeOf(axes)));
  }
  replace(op, x.getDefiningOp());
}

/// from[place], by comparing with each member.
Value senderOf(Formula f, Value place, ArrayRef<int64_t> from) {
  Value sender = f.number(place, double(from.front()));
  for (auto [member, each] : llvm::enumerate(from.drop_front())) {
    Value isMember =
        f.compare(CompareKind::Eq, place, f.number(place, double(member + 1)));
    sender = f.select(isMember, f.number(place, double(each)), sender);
  }
  return sender;
}

/// Which rank holds what another one wants is not the same for all lanes of a
/// rank: everyone gets all, and keeps the sender's. Returns the gather.
AllGatherOp gather(PermuteOp op, MeshAttr mesh) {
  OpBuilder builder(op);
  Formula f{builder, op.getLoc()};
  auto type = cast<RankedTensorType>(op.getX().getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin(), 1);
  RankedTensorType one = type.clone(shape);
  shape[0] = int64_t(op.getFrom().size());
  auto all = AllGatherOp::create(builder, op.getLoc(), type.clone(shape),
                                 f.reshape(op.getX(), one), 0, op.getAxes(),
                                 op.getWhy());
  all->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  Value sender = senderOf(f, placeOn(builder, op.getLoc(), mesh, op.getAxes()),
                          op.getFrom());
  Value own = PartOp::create(builder, op.getLoc(), one, all.getY(), sender, 0);
  op.getY().replaceAllUsesWith(f.reshape(own, type));
  op.erase();
  return all;
}

void split(CollectiveOpInterface op, int64_t axis, MeshAttr mesh) {
  if (auto reduce = dyn_cast<AllReduceOp>(*op)) {
    split(reduce, axis);
  } else if (auto scatter = dyn_cast<ReduceScatterOp>(*op)) {
    split(scatter, axis, mesh);
  } else if (auto gather = dyn_cast<AllGatherOp>(*op)) {
    if (isa<RankedTensorType>(gather.getX().getType())) {
      split(gather, axis, mesh);
    }
  }
}

struct SplitCollectives : impl::SplitCollectivesBase<SplitCollectives> {
  using SplitCollectivesBase::SplitCollectivesBase;

  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    int64_t index = mesh.indexOf(axis);
    SmallVector<CollectiveOpInterface> mixed;
    getOperation().walk([&](CollectiveOpInterface op) {
      bool isAlong = llvm::is_contained(op.getAxes(), index);
      auto permute = dyn_cast<PermuteOp>(*op);
      if (isAlong && permute) {
        op = gather(permute, mesh);
      }
      if (isAlong && op.getAxes().size() > 1) {
        mixed.push_back(op);
      }
    });
    for (CollectiveOpInterface op : mixed) {
      split(op, index, mesh);
    }
  }
};

} // namespace
} // namespace sft
