#include "dialects/reference/Machine.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace sft::reference {

Tensor zeroOf(Type type) {
  if (auto csr = dyn_cast<CsrType>(type)) {
    Tensor tensor;
    tensor.shape = csr.getShape();
    tensor.rowOffsets.assign(size_t(csr.getRows() + 1), 0);
    return tensor;
  }
  return Tensor(cast<RankedTensorType>(type).getShape());
}

//===----------------------------------------------------------------------===//
// Ranks
//===----------------------------------------------------------------------===//

/// How far apart neighbours on `axis` are numbered.
static int64_t strideOf(MeshAttr mesh, int64_t axis) {
  return llvm::product_of(mesh.getSizes().drop_front(size_t(axis) + 1),
                          int64_t(1));
}

int64_t coordinateOf(MeshAttr mesh, int64_t rank, int64_t axis) {
  return rank / strideOf(mesh, axis) % mesh.getSizes()[size_t(axis)];
}

SmallVector<int64_t> groupOf(MeshAttr mesh, ArrayRef<int64_t> axes,
                             int64_t rank) {
  SmallVector<int64_t> group = {rank};
  for (int64_t axis : axes) {
    group[0] -= coordinateOf(mesh, rank, axis) * strideOf(mesh, axis);
  }
  for (int64_t axis : axes) {
    SmallVector<int64_t> wider;
    for (int64_t member : group) {
      for (int64_t i = 0; i < mesh.getSizes()[size_t(axis)]; ++i) {
        wider.push_back(member + i * strideOf(mesh, axis));
      }
    }
    group = wider;
  }
  return group;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// Why `tensor` cannot be a value of `type`, or "".
static std::string mismatch(const Tensor &tensor, Type type) {
  if (tensor.shape != zeroOf(type).shape) {
    return "has another shape";
  }
  auto csr = dyn_cast<CsrType>(type);
  if (!csr) {
    return int64_t(tensor.data.size()) == tensor.size()
               ? ""
               : "has more or fewer elements than its shape";
  }
  if (int64_t(tensor.rowOffsets.size()) != csr.getRows() + 1 ||
      tensor.columns.size() != tensor.data.size() ||
      size_t(tensor.rowOffsets.back()) != tensor.data.size()) {
    return "is not a well-formed batch of sparse rows";
  }
  return int64_t(tensor.data.size()) <= csr.getCapacity()
             ? ""
             : "stores more values than the type's capacity";
}

static double roundTo(double value, const llvm::fltSemantics &semantics) {
  bool losesInfo;
  APFloat rounded(value);
  rounded.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  rounded.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.convertToDouble();
}

static void roundToType(Tensor &tensor, Type type) {
  auto csr = dyn_cast<CsrType>(type);
  Type element = csr ? csr.getElementType() : getElementTypeOrSelf(type);
  if (auto floating = dyn_cast<FloatType>(element)) {
    for (double &value : tensor.data) {
      value = roundTo(value, floating.getFloatSemantics());
    }
  }
}

LogicalResult Machine::set(Value value, std::vector<Tensor> tensors) {
  for (Tensor &tensor : tensors) {
    if (std::string why = mismatch(tensor, value.getType()); !why.empty()) {
      return mlir::emitError(value.getLoc())
             << "a value of type " << value.getType() << " " << why;
    }
    if (options.roundToType) {
      roundToType(tensor, value.getType());
    }
  }
  if (options.observer) {
    options.observer(value, tensors);
  }
  int64_t uses = std::distance(value.use_begin(), value.use_end());
  if (uses > 0) {
    values[value] = {std::move(tensors), uses};
  }
  return success();
}

const Tensor &Machine::get(Value value, int64_t rank) const {
  return values.find(value)->second.tensors[size_t(rank)];
}

void Machine::release(Operation *op) {
  for (Value operand : op->getOperands()) {
    if (--values[operand].usesLeft == 0) {
      values.erase(operand);
    }
  }
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

std::vector<Tensor> Machine::operandsOf(Operation *op, int64_t rank) const {
  std::vector<Tensor> tensors;
  for (Value operand : op->getOperands()) {
    tensors.push_back(get(operand, rank));
  }
  return tensors;
}

static std::vector<Tensor> zeroResultsOf(Operation *op) {
  std::vector<Tensor> tensors;
  for (Type type : op->getResultTypes()) {
    tensors.push_back(zeroOf(type));
  }
  return tensors;
}

LogicalResult Machine::setResults(Operation *op,
                                  MutableArrayRef<std::vector<Tensor>> byRank) {
  for (auto [i, result] : llvm::enumerate(op->getResults())) {
    std::vector<Tensor> tensors;
    for (std::vector<Tensor> &results : byRank) {
      tensors.push_back(std::move(results[i]));
    }
    if (failed(set(result, std::move(tensors)))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Machine::evaluate(InterpretableOpInterface op) {
  std::vector<std::vector<Tensor>> results;
  for (int64_t rank = 0; rank < numRanks; ++rank) {
    results.push_back(zeroResultsOf(op));
    if (failed(op.evaluate(operandsOf(op, rank), results.back()))) {
      return op->emitOpError("could not be evaluated");
    }
  }
  return setResults(op, results);
}

static LogicalResult verifyAxes(CollectiveOpInterface op, MeshAttr mesh) {
  int64_t numAxes = mesh ? int64_t(mesh.getSizes().size()) : 0;
  for (int64_t axis : op.getAxes()) {
    if (axis < 0 || axis >= numAxes) {
      return op->emitOpError() << "communicates over mesh axis " << axis
                               << ", but the mesh has " << numAxes << " axes";
    }
  }
  return success();
}

LogicalResult Machine::evaluate(CollectiveOpInterface op) {
  if (failed(verifyAxes(op, mesh))) {
    return failure();
  }
  std::vector<std::vector<Tensor>> byRank(static_cast<size_t>(numRanks));
  for (int64_t rank = 0; rank < numRanks; ++rank) {
    SmallVector<int64_t> group = groupOf(mesh, op.getAxes(), rank);
    if (group.front() != rank) {
      continue; // done with the group's first rank
    }
    std::vector<std::vector<Tensor>> operands, results;
    for (int64_t member : group) {
      operands.push_back(operandsOf(op, member));
      results.push_back(zeroResultsOf(op));
    }
    op.evaluateGroup(operands, results);
    for (auto [member, own] : llvm::zip(group, results)) {
      byRank[size_t(member)] = std::move(own);
    }
  }
  return setResults(op, byRank);
}

FailureOr<Machine::Next> Machine::execute(Operation *op, Handler handler) {
  LogicalResult done = success();
  if (auto interpretable = dyn_cast<InterpretableOpInterface>(op)) {
    done = evaluate(interpretable);
  } else if (auto collective = dyn_cast<CollectiveOpInterface>(op)) {
    done = evaluate(collective);
  } else {
    return handler(op);
  }
  return failed(done) ? FailureOr<Next>(failure()) : Next::Continue;
}

LogicalResult Machine::run(Block &block, Handler handler) {
  for (Operation &op : block) {
    FailureOr<Next> next = execute(&op, handler);
    if (failed(next)) {
      return failure();
    }
    if (*next == Next::Stop) {
      return success();
    }
    release(&op);
  }
  return success();
}

} // namespace sft::reference
