#include "passes/Partition/Resharder.h"

#include "passes/Sharding/Shardings.h"

#include "dialects/sft/Formula.h"

using namespace mlir;

namespace sft {

Value placeOn(OpBuilder &builder, Location loc, MeshAttr mesh,
              ArrayRef<int64_t> axes) {
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  Value place;
  for (int64_t axis : axes) {
    Value index =
        RuntimeScalarOp::create(builder, loc, i64, RuntimeScalarKind::AxisIndex,
                                FloatAttr(), builder.getI64IntegerAttr(axis));
    if (place) {
      Value size = buildConstant(builder, loc, i64,
                                 double(mesh.getSizes()[size_t(axis)]));
      place = MulOp::create(builder, loc, place, size);
      index = AddOp::create(builder, loc, place, index);
    }
    place = index;
  }
  return place;
}

namespace {

/// `type` with dimension `dim` times `factor` over `divisor`.
RankedTensorType scaled(Value value, int64_t dim, int64_t factor,
                        int64_t divisor) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[size_t(dim)] = shape[size_t(dim)] * factor / divisor;
  return type.clone(shape);
}

class Builder {
public:
  Builder(OpBuilder &builder, Location loc, MeshAttr mesh, ReduceKind reduce,
          const Cause &cause)
      : builder(builder), loc(loc), mesh(mesh), reduce(reduce), cause(cause) {}

  FailureOr<Value> build(Value x, const Move &move) {
    if (isa<CsrType>(x.getType())) {
      return gatherRows(x, move);
    }
    int64_t parts = mesh.sizeOf(move.axes);
    switch (move.kind) {
    case Move::AllReduce:
      return tell(AllReduceOp::create(builder, loc, TypeRange{x.getType()},
                                      reduce, x, move.axes, cause.why));
    case Move::ReduceScatter:
      return tell(ReduceScatterOp::create(builder, loc,
                                          scaled(x, move.dim, 1, parts), reduce,
                                          x, move.dim, move.axes, cause.why));
    case Move::AllGather:
      return tell(AllGatherOp::create(builder, loc,
                                      scaled(x, move.dim, parts, 1), x,
                                      move.dim, move.axes, cause.why));
    case Move::AllToAll: {
      auto type = scaled(x, move.to, 1, parts);
      SmallVector<int64_t> shape(type.getShape());
      shape[size_t(move.dim)] *= parts;
      return tell(AllToAllOp::create(builder, loc, type.clone(shape), x,
                                     move.to, move.dim, move.axes, cause.why));
    }
    case Move::Permute:
      return tell(PermuteOp::create(builder, loc, x, sendersOf(move, mesh),
                                    move.axes, cause.why));
    case Move::Mask:
      return mask(x, move.axes);
    case Move::Part:
      return Value(PartOp::create(builder, loc, scaled(x, move.dim, 1, parts),
                                  x, placeOn(builder, loc, mesh, move.axes),
                                  move.dim));
    }
    llvm_unreachable("unknown move");
  }

private:
  template <typename Op> Value tell(Op op) {
    if (!cause.avoid.empty()) {
      op->setAttr(kAvoidAttr, builder.getStringAttr(cause.avoid));
    }
    if (cause.again) {
      op->setAttr(kAgainAttr, builder.getI64IntegerAttr(cause.again));
    }
    return op->getResult(0);
  }

  Value mask(Value x, ArrayRef<int64_t> axes) {
    Formula f{builder, loc};
    Value place = placeOn(builder, loc, mesh, axes);
    Value isFirst = f.compare(CompareKind::Eq, place, f.number(place, 0));
    return f.select(isFirst, x, f.number(x, 0));
  }

  FailureOr<Value> gatherRows(Value x, const Move &move) {
    if (move.kind != Move::AllGather || move.dim != 0) {
      return emitError(loc)
             << "a CSR batch can be gathered along its rows, but "
                "not resharded otherwise";
    }
    auto csr = cast<CsrType>(x.getType());
    int64_t parts = mesh.sizeOf(move.axes);
    Type type =
        CsrType::get(csr.getContext(), csr.getRows() * parts, csr.getColumns(),
                     csr.getElementType(), csr.getCapacity() * parts, parts);
    return tell(
        AllGatherOp::create(builder, loc, type, x, 0, move.axes, cause.why));
  }

  OpBuilder &builder;
  Location loc;
  MeshAttr mesh;
  ReduceKind reduce;
  const Cause &cause;
};

} // namespace

FailureOr<Value> buildResharding(OpBuilder &builder, Location loc,
                                 MeshAttr mesh, Value local, ReduceKind reduce,
                                 const Resharding &resharding,
                                 const Cause &cause) {
  for (const Move &move : resharding.moves) {
    FailureOr<Value> next =
        Builder(builder, loc, mesh, reduce, cause).build(local, move);
    if (failed(next)) {
      return failure();
    }
    local = *next;
  }
  return local;
}

} // namespace sft
