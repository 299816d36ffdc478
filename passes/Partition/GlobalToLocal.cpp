//===- GlobalToLocal.cpp - One rank's part of a step ----------------------===//
//
// 1. Decide per op, on the global program, how each operand is wanted.
// 2. Rebuild the step op by op with local types; where a value is not as it is
//    wanted, reshard it, once for all users that want the same.
// 3. Ops that speak of global positions are told where the shard starts.
//
//===----------------------------------------------------------------------===//
#include "passes/Partition/Passes.h"
#include "passes/Sharding/Shardings.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_GLOBALTOLOCAL
#include "passes/Partition/Passes.h.inc"

namespace {

/// "f.mlir:3:8 (sft.matmul)", the op as the author wrote it.
std::string placeOf(Operation *op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  op->getLoc()->walk([&](Location loc) {
    if (auto file = dyn_cast<FileLineColLoc>(loc)) {
      os << llvm::sys::path::filename(file.getFilename().getValue()) << ':'
         << file.getLine() << ':' << file.getColumn() << ' ';
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  os << '(' << op->getName() << ')';
  return text;
}

std::string describe(ShardingAttr sharding, MeshAttr mesh) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto axes = [&](ArrayRef<int64_t> list) {
    llvm::interleave(
        list, os,
        [&](int64_t axis) { os << mesh.getNames()[size_t(axis)].getValue(); },
        ",");
  };
  os << '[';
  llvm::interleave(
      sharding.getDims(), os, [&](auto dim) { axes(dim.asArrayRef()); }, "|");
  os << ']';
  if (sharding.isPartial()) {
    os << " partial over ";
    axes(sharding.getPartial());
  }
  return text;
}

class Localizer {
public:
  Localizer(StepOp step, MeshAttr mesh) : step(step), mesh(mesh) {}
  LogicalResult run();

private:
  LogicalResult localize(Operation &op, OpBuilder &builder);
  ShardingAttr wanted(Operation &op, unsigned operand);
  FailureOr<Value> resharded(Value global, ShardingAttr wanted,
                             Operation *user);
  Value allReduce(OpBuilder &builder, Value local, ShardingAttr from,
                  StringRef why, Location loc);
  FailureOr<Value> allGather(OpBuilder &builder, Value local,
                             ShardingAttr &from, ShardingAttr to, StringRef why,
                             Operation *user);
  Value takeRows(OpBuilder &builder, Value whole, ArrayRef<int64_t> axes,
                 Location loc);
  SmallVector<Value> offsets(OpBuilder &builder, Location loc,
                             ShardingAttr sharding, Type local);

  StepOp step;
  MeshAttr mesh;
  /// Global value -> local value, and resharded copies of it.
  IRMapping locals;
  DenseMap<std::pair<Value, Attribute>, Value> copies;
};

/// Rules say how operands are wanted; effects want whole values.
ShardingAttr Localizer::wanted(Operation &op, unsigned i) {
  Value operand = op.getOperand(i);
  auto ruled = dyn_cast<ShardingRuleOpInterface>(op);
  if (!ruled) {
    return ShardingAttr::replicated(
        op.getContext(), int64_t(shardingOf(operand).getDims().size()));
  }
  FactorRule rule = ruled.getFactorRule();
  ShardingAttr sharding = wantedSharding(&op, rule, i);
  ShardingAttr now = shardingOf(operand);
  if (now.isPartial() && passesPartial(&op, rule, i)) {
    return ShardingAttr::get(op.getContext(), sharding.getDims(),
                             now.getPartial(), now.getReduce());
  }
  return sharding;
}

Value Localizer::allReduce(OpBuilder &builder, Value local, ShardingAttr from,
                           StringRef why, Location loc) {
  return AllReduceOp::create(builder, loc, TypeRange{local.getType()},
                             from.getReduce(), ValueRange{local},
                             from.getPartial(), why)
      .getResult(0);
}

/// This rank's part of a whole value along its leading dimension.
Value Localizer::takeRows(OpBuilder &builder, Value whole,
                          ArrayRef<int64_t> axes, Location loc) {
  auto type = cast<RankedTensorType>(whole.getType());
  SmallVector<int64_t> shape(type.getShape());
  int64_t all = shape[0];
  shape[0] /= mesh.sizeOf(axes);
  SmallVector<DenseI64ArrayAttr> dims(
      shape.size(), DenseI64ArrayAttr::get(builder.getContext(), {}));
  dims[0] = DenseI64ArrayAttr::get(builder.getContext(), axes);
  auto cut = ShardingAttr::get(builder.getContext(), dims, {}, ReduceKind::Sum);
  Value first = offsets(builder, loc, cut, type.clone(shape)).front();
  auto indices = RankedTensorType::get({shape[0]}, builder.getI32Type());
  Value rows = IotaOp::create(builder, loc, indices, first, 0);
  int64_t width = type.getNumElements() / all;
  Value table =
      ReshapeOp::create(builder, loc, type.clone({all, width}), whole);
  Value taken = GatherRowsOp::create(builder, loc, table, rows);
  return ReshapeOp::create(builder, loc, type.clone(shape), taken);
}

/// Gathers every dimension that is cut but not wanted cut; takes this rank's
/// rows of what is whole.
FailureOr<Value> Localizer::allGather(OpBuilder &builder, Value local,
                                      ShardingAttr &from, ShardingAttr to,
                                      StringRef why, Operation *user) {
  SmallVector<DenseI64ArrayAttr> dims(from.getDims());
  for (auto [d, axes] : llvm::enumerate(dims)) {
    DenseI64ArrayAttr target = to.getDims()[d];
    if (axes == target) {
      continue;
    }
    auto whole = dyn_cast<RankedTensorType>(local.getType());
    if (axes.empty() && d == 0 && whole &&
        isa<FloatType>(whole.getElementType())) {
      local = takeRows(builder, local, target.asArrayRef(), user->getLoc());
      axes = target;
      continue;
    }
    if (!target.empty()) {
      return user->emitError()
             << "wants dimension " << d << " of an operand as "
             << describe(to, mesh) << " but has it as " << describe(from, mesh)
             << "; no resharding for this";
    }
    int64_t parts = mesh.sizeOf(axes.asArrayRef());
    Type type;
    if (auto csr = dyn_cast<CsrType>(local.getType())) {
      type = CsrType::get(csr.getContext(), csr.getRows() * parts,
                          csr.getColumns(), csr.getElementType(),
                          csr.getCapacity() * parts, parts);
    } else {
      auto tensor = cast<RankedTensorType>(local.getType());
      SmallVector<int64_t> shape(tensor.getShape());
      shape[d] *= parts;
      type = tensor.clone(shape);
    }
    local = AllGatherOp::create(builder, user->getLoc(), type, local,
                                int64_t(d), axes, why);
    axes = target;
  }
  from = ShardingAttr::get(from.getContext(), dims, from.getPartial(),
                           from.getReduce());
  return local;
}

FailureOr<Value> Localizer::resharded(Value global, ShardingAttr to,
                                      Operation *user) {
  ShardingAttr from = shardingOf(global);
  Value local = locals.lookup(global);
  if (from == to) {
    return local;
  }
  Value &copy = copies[{global, to}];
  if (copy) {
    return copy;
  }
  OpBuilder builder(step.getContext());
  builder.setInsertionPointAfterValue(local);
  std::string why = placeOf(user) + " wants " + describe(to, mesh) + ", have " +
                    describe(from, mesh);
  Location loc = global.getDefiningOp() ? global.getLoc() : user->getLoc();
  if (from.isPartial() && !to.isPartial()) {
    local = allReduce(builder, local, from, why, loc);
    from = from.withoutPartial();
  }
  FailureOr<Value> gathered = allGather(builder, local, from, to, why, user);
  if (succeeded(gathered)) {
    copy = *gathered;
  }
  return gathered;
}

/// Position of the shard's first element in each dimension; null for 0.
SmallVector<Value> Localizer::offsets(OpBuilder &builder, Location loc,
                                      ShardingAttr sharding, Type local) {
  auto tensor = dyn_cast<RankedTensorType>(local);
  SmallVector<Value> result(sharding.getDims().size());
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  for (auto [d, axes] : llvm::enumerate(sharding.getDims())) {
    int64_t stride = tensor ? tensor.getDimSize(int64_t(d)) : 0;
    for (int64_t axis : llvm::reverse(axes.asArrayRef())) {
      Value index = RuntimeScalarOp::create(
          builder, loc, i64, RuntimeScalarKind::AxisIndex, FloatAttr(),
          builder.getI64IntegerAttr(axis));
      Value offset =
          MulOp::create(builder, loc, index,
                        buildConstant(builder, loc, i64, double(stride)));
      result[d] = result[d]
                      ? Value(AddOp::create(builder, loc, result[d], offset))
                      : offset;
      stride *= mesh.getSizes()[size_t(axis)];
    }
  }
  return result;
}

LogicalResult Localizer::localize(Operation &op, OpBuilder &builder) {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < op.getNumOperands(); ++i) {
    FailureOr<Value> operand = resharded(op.getOperand(i), wanted(op, i), &op);
    if (failed(operand)) {
      return failure();
    }
    operands.push_back(*operand);
  }
  Operation *copy = builder.clone(op, locals);
  copy->setOperands(operands);
  copy->removeAttr(kShardingsAttr);
  for (auto [global, local] :
       llvm::zip_equal(op.getResults(), copy->getResults())) {
    ShardingAttr sharding = shardingOf(global);
    local.setType(localType(global.getType(), sharding, mesh));
    locals.map(global, local);
    auto ruled = dyn_cast<ShardingRuleOpInterface>(copy);
    if (ruled && !sharding.shardedAxes().empty()) {
      OpBuilder before(copy);
      ruled.localize(before,
                     offsets(before, op.getLoc(), sharding, local.getType()),
                     cast<ShapedType>(global.getType()).getShape());
    }
  }
  return success();
}

LogicalResult Localizer::run() {
  Block &block = step.getBody().front();
  SmallVector<Operation *> globals;
  for (Operation &op : block) {
    globals.push_back(&op);
  }
  // Arguments are global while their users are being read: local ones stand
  // beside them until the end.
  unsigned inputs = block.getNumArguments();
  for (unsigned i = 0; i < inputs; ++i) {
    BlockArgument global = block.getArgument(i);
    Type type = localType(global.getType(), shardingOf(global), mesh);
    locals.map(global, block.addArgument(type, global.getLoc()));
  }
  OpBuilder builder = OpBuilder::atBlockEnd(&block);
  for (Operation *op : globals) {
    if (failed(localize(*op, builder))) {
      return failure();
    }
  }
  for (Operation *op : llvm::reverse(globals)) {
    op->erase();
  }
  block.eraseArguments(0, inputs);
  return success();
}

struct GlobalToLocal : impl::GlobalToLocalBase<GlobalToLocal> {
  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    for (auto step : getOperation().getOps<StepOp>()) {
      if (failed(Localizer(step, mesh).run())) {
        return signalPassFailure();
      }
    }
  }
};

} // namespace
} // namespace sft
