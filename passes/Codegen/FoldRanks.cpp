//===- FoldRanks.cpp - Neighbours along a mesh axis on one rank -----------===//
//
// 1. The step is written anew, op by op: once where all lanes would do the
//    same, else once a lane. Lanes of an input or a variable are views of what
//    the rank holds.
// 2. What a collective along the axis reduces becomes a tree over the lanes as
//    soon as they are there, so that no more than its branches is kept.
// 3. The mesh, the inputs and the variables are those of the ranks left.
//
//===----------------------------------------------------------------------===//
#include "passes/Codegen/Fold.h"
#include "passes/Codegen/Passes.h"
#include "passes/Codegen/SmallKernels.h"
#include "passes/Sharding/Shardings.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FOLDRANKS
#include "passes/Codegen/Passes.h.inc"

namespace {

/// The reduction along the axis that `op` is, if it is one.
std::optional<ReduceKind> reductionOf(Operation *op, const Fold &fold) {
  auto collective = dyn_cast<CollectiveOpInterface>(op);
  if (!collective || !fold.isAlong(collective)) {
    return std::nullopt;
  }
  if (auto reduce = dyn_cast<AllReduceOp>(op)) {
    return reduce.getKind();
  }
  auto scatter = dyn_cast<ReduceScatterOp>(op);
  return scatter ? std::optional(scatter.getKind()) : std::nullopt;
}

/// How the collectives along the axis that use `value` reduce it, if one does.
std::optional<ReduceKind> reductionOf(Value value, const Fold &fold) {
  for (Operation *user : value.getUsers()) {
    if (auto kind = reductionOf(user, fold)) {
      return kind;
    }
  }
  return std::nullopt;
}

class StepFolder {
public:
  StepFolder(StepOp step, const Fold &fold, const SymbolTable &symbols)
      : step(step), fold(fold), symbols(symbols),
        builder(OpBuilder::atBlockEnd(&step.getBody().front())) {}
  LogicalResult run();

private:
  void widenInputs();
  LogicalResult rewrite(Operation &op);
  LogicalResult collective(CollectiveOpInterface op);
  SmallVector<Value> meet(Operation *op, ValueRange mine, TypeRange types);
  void reduce(AllReduceOp op);
  void gather(AllGatherOp op);
  void scatter(ReduceScatterOp op);
  void exchange(AllToAllOp op);
  void cloneLanes(Operation &op);
  void cloneOnce(Operation &op);
  void splitRead(ReadOp op);
  void indexLanes(RuntimeScalarOp op);
  void write(WriteOp op);
  void addToTree(Value global, Value lane);
  Value treeOf(Value global, ReduceKind kind);
  void split(Value global, Value whole, size_t dim);
  Value part(Value whole, Type type, size_t dim, int64_t lane);
  Value joined(Value global, size_t dim);
  bool isCut(StringRef variable) const {
    return fold.cuts(shardingOf(symbols.lookup<VariableOp>(variable)));
  }
  bool differs(Value value) const {
    return lanes.find(value)->second.size() > 1;
  }
  Value lane(Value value, int64_t i) const {
    ArrayRef<Value> all = lanes.find(value)->second;
    return all[all.size() > 1 ? size_t(i) : 0];
  }

  StepOp step;
  Fold fold;
  const SymbolTable &symbols;
  OpBuilder builder;
  /// By value of the program as it was: one value, or one a lane.
  DenseMap<Value, SmallVector<Value>> lanes;
  DenseMap<Value, KernelTree> trees;
};

/// Lane `lane` of what the rank holds: a view if it is one piece.
Value StepFolder::part(Value whole, Type type, size_t dim, int64_t lane) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  bool isPiece =
      !tensor || llvm::all_of(tensor.getShape().take_front(dim),
                              [](int64_t size) { return size == 1; });
  if (isPiece) {
    return ViewOp::create(builder, whole.getLoc(), type, whole, lane);
  }
  SmallVector<int64_t> offsets(size_t(tensor.getRank()), 0);
  offsets[dim] = lane * tensor.getDimSize(unsigned(dim));
  return buildKernel(builder, whole.getLoc(), whole,
                     [&](Formula f, ValueRange v) {
                       return f.op<SliceOp>(v[0], ArrayRef<int64_t>(offsets),
                                            tensor.getShape());
                     });
}

void StepFolder::split(Value global, Value whole, size_t dim) {
  SmallVector<Value> parts;
  for (int64_t i = 0; i < fold.lanes; ++i) {
    parts.push_back(part(whole, global.getType(), dim, i));
  }
  lanes[global] = parts;
}

/// The value of which lane after lane is a view, if that is what they are.
Value viewedByAll(ArrayRef<Value> lanes, Type type) {
  auto first = lanes.front().getDefiningOp<ViewOp>();
  if (!first || first.getX().getType() != type) {
    return {};
  }
  for (auto [i, lane] : llvm::enumerate(lanes)) {
    auto view = lane.getDefiningOp<ViewOp>();
    if (!view || view.getPart() != i || view.getX() != first.getX()) {
      return {};
    }
  }
  return first.getX();
}

/// All lanes one after the other along `dim`.
Value StepFolder::joined(Value global, size_t dim) {
  SmallVector<Value> parts;
  for (int64_t i = 0; i < fold.lanes; ++i) {
    parts.push_back(lane(global, i));
  }
  if (Value whole =
          viewedByAll(parts, widened(global.getType(), dim, fold.lanes))) {
    return whole;
  }
  return buildKernel(
      builder, global.getLoc(), parts,
      [&](Formula f, ValueRange v) { return f.op<ConcatOp>(v, int64_t(dim)); });
}

/// What the users of `global` reduce along the axis grows with every lane.
void StepFolder::addToTree(Value global, Value lane) {
  if (auto kind = reductionOf(global, fold)) {
    trees.try_emplace(global, *kind).first->second.add(builder, lane);
  }
}

Value StepFolder::treeOf(Value global, ReduceKind kind) {
  auto grown = trees.find(global);
  if (grown != trees.end() && grown->second.getKind() == kind) {
    return grown->second.total();
  }
  KernelTree tree(kind); // of what is there from the start, or reduced twice
  for (int64_t i = 0; i < fold.lanes; ++i) {
    tree.add(builder, lane(global, i));
  }
  return tree.total();
}

void StepFolder::cloneLanes(Operation &op) {
  for (int64_t i = 0; i < fold.lanes; ++i) {
    IRMapping mapping;
    for (Value operand : op.getOperands()) {
      mapping.map(operand, lane(operand, i));
    }
    Operation *copy = builder.clone(op, mapping);
    for (auto [global, local] :
         llvm::zip_equal(op.getResults(), copy->getResults())) {
      lanes[global].push_back(local);
      addToTree(global, local);
    }
  }
}

void StepFolder::cloneOnce(Operation &op) {
  IRMapping mapping;
  for (Value operand : op.getOperands()) {
    mapping.map(operand, lane(operand, 0));
  }
  Operation *copy = builder.clone(op, mapping);
  for (auto [global, local] :
       llvm::zip_equal(op.getResults(), copy->getResults())) {
    lanes[global] = {local};
  }
}

/// A variable that is cut over the axis: the rank holds all lanes' parts.
void StepFolder::splitRead(ReadOp op) {
  size_t dim =
      cutDim(shardingOf(symbols.lookup<VariableOp>(op.getVariable())), fold);
  Type type = widened(op.getType(), dim, fold.lanes);
  Value whole = ReadOp::create(builder, op.getLoc(), type, op.getVariable());
  split(op.getResult(), whole, dim);
}

/// Where the lane stood along the axis.
void StepFolder::indexLanes(RuntimeScalarOp op) {
  Value rank = builder.clone(*op)->getResult(0);
  for (int64_t i = 0; i < fold.lanes; ++i) {
    lanes[op.getResult()].push_back(
        buildKernel(builder, op.getLoc(), rank, [&](Formula f, ValueRange v) {
          return f.add(f.mul(double(fold.lanes), v[0]), double(i));
        }));
  }
}

void StepFolder::write(WriteOp op) {
  ShardingAttr sharding =
      shardingOf(symbols.lookup<VariableOp>(op.getVariable()));
  if (!fold.cuts(sharding)) {
    return cloneOnce(*op);
  }
  WriteOp::create(builder, op.getLoc(), op.getVariable(),
                  joined(op.getValue(), cutDim(sharding, fold)));
}

/// What the collective among the ranks left makes of this rank's values; they
/// are the result where no other rank is left.
SmallVector<Value> StepFolder::meet(Operation *op, ValueRange mine,
                                    TypeRange types) {
  if (fold.ranks == 1) {
    return llvm::to_vector(mine);
  }
  Operation *meeting = builder.clone(*op);
  meeting->setOperands(mine);
  for (auto [result, type] : llvm::zip_equal(meeting->getResults(), types)) {
    result.setType(type);
  }
  return llvm::to_vector(ValueRange(meeting->getResults()));
}

void StepFolder::reduce(AllReduceOp op) {
  SmallVector<Value> sums = llvm::map_to_vector(
      op->getOperands(), [&](Value x) { return treeOf(x, op.getKind()); });
  SmallVector<Value> totals = meet(op, sums, op->getResultTypes());
  for (auto [global, total] : llvm::zip_equal(op->getResults(), totals)) {
    lanes[global] = {total};
  }
}

/// What moves stands one after the other along the first dimension, here and
/// below (sft-lead-collectives).
void StepFolder::gather(AllGatherOp op) {
  Value mine = joined(op.getX(), 0);
  lanes[op.getY()] = meet(op, mine, op.getY().getType());
}

void StepFolder::scatter(ReduceScatterOp op) {
  Type type = widened(op.getY().getType(), 0, fold.lanes);
  Value tree = treeOf(op.getX(), op.getKind());
  split(op.getY(), meet(op, tree, type).front(), 0);
}

/// Lane i of rank r sends its part [q][j] to lane j of rank q. The lanes'
/// values as [q][i][j] go from rank to rank as one, and come as [r][i][j].
void StepFolder::exchange(AllToAllOp op) {
  auto type = cast<RankedTensorType>(op.getX().getType());
  SmallVector<int64_t> rest(type.getShape().drop_front());
  int64_t rows = type.getDimSize(0) / (fold.ranks * fold.lanes);
  auto shaped = [&](Value x, SmallVector<int64_t> leading) -> Value {
    llvm::append_range(leading, rest);
    return ReshapeOp::create(builder, op.getLoc(), type.clone(leading), x);
  };
  SmallVector<Value> parts;
  for (int64_t i = 0; i < fold.lanes; ++i) {
    parts.push_back(
        shaped(lane(op.getX(), i), {fold.ranks, 1, fold.lanes * rows}));
  }
  Value mine =
      buildKernel(builder, op.getLoc(), parts, [&](Formula f, ValueRange v) {
        return f.op<ConcatOp>(v, int64_t(1));
      });
  int64_t all = type.getDimSize(0) * fold.lanes;
  mine = shaped(mine, {all});
  Value come = meet(op, mine, mine.getType()).front();
  come = shaped(come, {fold.ranks * fold.lanes, fold.lanes * rows});
  for (int64_t j = 0; j < fold.lanes; ++j) {
    SmallVector<int64_t> own = {fold.ranks * fold.lanes, rows};
    llvm::append_range(own, rest);
    Value piece = part(come, type.clone(own), 1, j);
    lanes[op.getY()].push_back(shaped(piece, {type.getDimSize(0)}));
  }
}

/// Among the lanes first, then among the ranks left.
LogicalResult StepFolder::collective(CollectiveOpInterface op) {
  if (op.getAxes().size() > 1) {
    return op->emitError("is over several axes at once, which fewer ranks of "
                         "one cannot share; leave that one out of "
                         "--reproducible");
  }
  if (isa<PermuteOp>(op)) {
    return op->emitError("is a permute between ranks that fewer of them cannot "
                         "share; sft-split-collectives makes an all_gather of "
                         "it");
  }
  // The runtime adds them in f32 and rounds once, lanes would round each time.
  if (reductionOf(op, fold) == ReduceKind::Sum &&
      getElementTypeOrSelf(op->getOperand(0)).isBF16()) {
    return op->emitError("sums of bf16 depend on how many ranks add them; cast "
                         "to f32 before, or leave out --reproducible");
  }
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](AllReduceOp reduction) { reduce(reduction); })
      .Case([&](AllGatherOp gathering) { gather(gathering); })
      .Case([&](ReduceScatterOp scattering) { scatter(scattering); })
      .Case([&](AllToAllOp exchanging) { exchange(exchanging); })
      .Default([](Operation *) { llvm_unreachable("unknown collective"); });
  return success();
}

LogicalResult StepFolder::rewrite(Operation &op) {
  auto collective = dyn_cast<CollectiveOpInterface>(op);
  if (collective && fold.isAlong(collective)) {
    return this->collective(collective);
  }
  auto scalar = dyn_cast<RuntimeScalarOp>(op);
  // What the world sees is the same in all lanes, even where it was made beside
  // something that is not.
  bool differ =
      !isa<OutputOp, GuardOp>(op) &&
      llvm::any_of(op.getOperands(), [&](Value x) { return differs(x); });
  if (auto read = dyn_cast<ReadOp>(op); read && isCut(read.getVariable())) {
    splitRead(read);
  } else if (auto write = dyn_cast<WriteOp>(op)) {
    this->write(write);
  } else if (scalar && scalar.getKind() == RuntimeScalarKind::AxisIndex &&
             scalar.getAxis() == fold.axis) {
    indexLanes(scalar);
  } else if (differ) {
    cloneLanes(op);
  } else {
    cloneOnce(op);
  }
  return success();
}

/// Arguments as the ranks left have them, beside the old ones.
void StepFolder::widenInputs() {
  Block &block = step.getBody().front();
  unsigned inputs = block.getNumArguments();
  for (unsigned i = 0; i < inputs; ++i) {
    BlockArgument old = block.getArgument(i);
    auto sharding = cast<ShardingAttr>((*step.getShardings())[i]);
    bool isCut = fold.cuts(sharding);
    size_t dim = isCut ? cutDim(sharding, fold) : 0;
    Type type = isCut ? widened(old.getType(), dim, fold.lanes) : old.getType();
    Value whole = block.addArgument(type, old.getLoc());
    if (isCut) {
      split(old, whole, dim);
    } else {
      lanes[old] = {whole};
    }
  }
}

LogicalResult StepFolder::run() {
  Block &block = step.getBody().front();
  SmallVector<Operation *> old;
  for (Operation &op : block) {
    old.push_back(&op);
  }
  unsigned inputs = block.getNumArguments();
  widenInputs();
  for (Operation *op : old) {
    if (failed(rewrite(*op))) {
      return failure();
    }
  }
  for (Operation *op : llvm::reverse(old)) {
    op->erase();
  }
  block.eraseArguments(0, inputs);
  return success();
}

LogicalResult foldModule(ModuleOp module, MeshAttr mesh, const Fold &fold) {
  SymbolTable symbols(module);
  for (auto step : module.getOps<StepOp>()) {
    if (failed(StepFolder(step, fold, symbols).run())) {
      return failure();
    }
  }
  for (auto variable : module.getOps<VariableOp>()) {
    ShardingAttr sharding = shardingOf(variable);
    if (fold.cuts(sharding)) {
      variable.setType(
          widened(variable.getType(), cutDim(sharding, fold), fold.lanes));
    }
  }
  SmallVector<int64_t> sizes(mesh.getSizes());
  sizes[size_t(fold.axis)] = fold.ranks;
  module->setAttr(kMeshAttr,
                  MeshAttr::get(module.getContext(), mesh.getNames(), sizes));
  auto before = module->getAttrOfType<IntegerAttr>(kLanesAttr);
  int64_t lanes = fold.lanes * (before ? before.getInt() : 1);
  module->setAttr(kLanesAttr, Builder(module).getI64IntegerAttr(lanes));
  return success();
}

struct FoldRanks : impl::FoldRanksBase<FoldRanks> {
  using FoldRanksBase::FoldRanksBase;

  void runOnOperation() override {
    MeshAttr mesh = meshOf(getOperation());
    int64_t index = mesh ? mesh.indexOf(axis) : -1;
    if (index < 0) {
      getOperation().emitError() << "the mesh has no axis \"" << axis << "\"";
      return signalPassFailure();
    }
    int64_t all = mesh.getSizes()[size_t(index)];
    int64_t lanes = ranks > 0 ? all / ranks : 0;
    if (lanes * ranks != all || !llvm::isPowerOf2_64(uint64_t(lanes))) {
      getOperation().emitError()
          << all << " ranks along \"" << axis << "\" cannot be shared by "
          << int64_t(ranks)
          << ": each has to get as many as the others, a power of two";
      return signalPassFailure();
    }
    if (lanes == 1) {
      return;
    }
    Fold fold{index, lanes, ranks};
    if (failed(checkFold(getOperation(), mesh, fold)) ||
        failed(foldModule(getOperation(), mesh, fold))) {
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace sft
