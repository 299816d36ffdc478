//===- LoopNest.cpp - Loops and scalars of a kernel -----------------------===//
#include "passes/Codegen/LoopNest.h"
#include "dialects/sft/Components.h"
#include "dialects/sft/KernelLoops.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace sft {

SmallVector<MemRefType> bufferTypes(Type type) {
  return llvm::map_to_vector(componentsOf(type), [](RankedTensorType tensor) {
    Type element = tensor.getElementType();
    if (element.isInteger(1)) {
      element = IntegerType::get(element.getContext(), 8);
    }
    return MemRefType::get(tensor.getShape(), element);
  });
}

KernelArguments argumentsOf(KernelOp kernel) {
  KernelArguments arguments;
  for (Type type : kernel.getOperandTypes()) {
    arguments.operands.push_back(arguments.count);
    arguments.count += unsigned(bufferTypes(type).size());
  }
  for (unsigned r = 0; r < kernel.getNumResults(); ++r) {
    if (auto operand = kernel.operandOfResult(r)) {
      arguments.results.push_back(arguments.operands[*operand]);
    } else {
      arguments.results.push_back(arguments.count++);
    }
  }
  return arguments;
}

namespace {

/// The ops of a kernel's region that are loop ops, constants left out.
SmallVector<LoopOpInterface> loopOps(KernelOp kernel) {
  SmallVector<LoopOpInterface> ops;
  for (auto op : kernel.getBody().getOps<LoopOpInterface>()) {
    if (!isa<ConstantOp>(*op)) {
      ops.push_back(op);
    }
  }
  return ops;
}

SmallVector<int64_t> boundsOf(KernelOp kernel) {
  SmallVector<LoopOpInterface> ops = loopOps(kernel);
  return ops.empty() ? SmallVector<int64_t>{} : ops.front().getLoopBounds();
}

/// All of the domain in one loop: every map is the identity or a single
/// element, and no op looks at indices.
bool isFlat(KernelOp kernel) {
  SmallVector<int64_t> bounds = boundsOf(kernel);
  // An identity into a larger tensor (a slice from its start) skips elements.
  auto plain = [&](AffineMap map, Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return map && type &&
           (type.getNumElements() == 1 ||
            (map.isIdentity() && type.getShape() == ArrayRef(bounds)));
  };
  for (LoopOpInterface op : loopOps(kernel)) {
    if (op.usesIndices() || op.getUpdatedOperand()) {
      return false;
    }
    for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
      bool isConstant = operand.getDefiningOp<ConstantOp>();
      if (!isConstant && !plain(op.getOperandMap(unsigned(i)), operand)) {
        return false;
      }
    }
    if (!plain(op.getResultMap(0), op->getResult(0))) {
      return false;
    }
  }
  return bounds.size() > 1;
}

/// Builds one kernel's function body.
class NestBuilder {
public:
  NestBuilder(OpBuilder &builder, KernelOp kernel, func::FuncOp function)
      : builder(builder), kernel(kernel), loc(kernel.getLoc()),
        arguments(argumentsOf(kernel)), function(function),
        flat(isFlat(kernel)) {
    bounds = boundsOf(kernel);
    if (flat) {
      bounds = {llvm::product_of(bounds)};
    }
  }
  void build();

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value argument(unsigned i) { return function.getArgument(i); }
  void forEach(ArrayRef<int64_t> sizes, llvm::function_ref<void(ValueRange)> f,
               SmallVectorImpl<Value> &indices);
  void nest(unsigned loop, SmallVectorImpl<Value> &indices);
  void initialize(unsigned firstLoop, ArrayRef<Value> outer);
  void body(ArrayRef<Value> indices);
  SmallVector<Value> at(AffineMap map, ArrayRef<Value> indices, Value buffer);
  Value load(Value buffer, AffineMap map, ArrayRef<Value> indices,
             Type element);
  void store(LoopOpInterface op, unsigned argument, Value scalar,
             ArrayRef<Value> indices);
  Value identity(ReduceKind kind, Type element);
  Value combine(ReduceKind kind, Value a, Value b);

  OpBuilder &builder;
  KernelOp kernel;
  Location loc;
  KernelArguments arguments;
  func::FuncOp function;
  bool flat;
  SmallVector<int64_t> bounds;
};

/// The least or greatest value of a type.
TypedAttr extremeOf(Type element, bool greatest) {
  if (auto type = dyn_cast<FloatType>(element)) {
    return FloatAttr::get(type,
                          APFloat::getInf(type.getFloatSemantics(), !greatest));
  }
  unsigned width = element.getIntOrFloatBitWidth();
  return IntegerAttr::get(element, greatest ? APInt::getSignedMaxValue(width)
                                            : APInt::getSignedMinValue(width));
}

Value NestBuilder::identity(ReduceKind kind, Type element) {
  TypedAttr value;
  if (kind == ReduceKind::Sum) {
    value = cast<TypedAttr>(builder.getZeroAttr(element));
  } else {
    value = extremeOf(element, kind == ReduceKind::Min);
  }
  return arith::ConstantOp::create(builder, loc, value);
}

Value NestBuilder::combine(ReduceKind kind, Value a, Value b) {
  bool isFloat = isa<FloatType>(a.getType());
  auto flags = fastMathFlags(builder);
  switch (kind) {
  case ReduceKind::Sum:
    return isFloat ? Value(arith::AddFOp::create(builder, loc, a, b, flags))
                   : Value(arith::AddIOp::create(builder, loc, a, b));
  case ReduceKind::Max:
    return isFloat ? Value(arith::MaximumFOp::create(builder, loc, a, b, flags))
                   : Value(arith::MaxSIOp::create(builder, loc, a, b));
  case ReduceKind::Min:
    return isFloat ? Value(arith::MinimumFOp::create(builder, loc, a, b, flags))
                   : Value(arith::MinSIOp::create(builder, loc, a, b));
  }
  llvm_unreachable("unknown reduction");
}

SmallVector<Value> NestBuilder::at(AffineMap map, ArrayRef<Value> indices,
                                   Value buffer) {
  if (flat) {
    bool isElement = cast<MemRefType>(buffer.getType()).getNumElements() != 1;
    return {isElement ? indices[0] : index(0)};
  }
  SmallVector<Value> result;
  for (AffineExpr expr : map.getResults()) {
    result.push_back(affine::expandAffineExpr(builder, loc, expr, indices, {}));
  }
  return result;
}

Value NestBuilder::load(Value buffer, AffineMap map, ArrayRef<Value> indices,
                        Type element) {
  return KernelBuilder{builder, loc}.loadAs(element, buffer,
                                            at(map, indices, buffer));
}

void NestBuilder::store(LoopOpInterface op, unsigned argumentNumber,
                        Value scalar, ArrayRef<Value> indices) {
  Value buffer = argument(argumentNumber);
  SmallVector<Value> position = at(op.getResultMap(0), indices, buffer);
  if (auto kind = op.getReduction()) {
    Value now = memref::LoadOp::create(builder, loc, buffer, position);
    scalar = combine(*kind, now, scalar);
  }
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  if (scalar.getType() != element) {
    scalar = arith::ExtUIOp::create(builder, loc, element, scalar);
  }
  memref::StoreOp::create(builder, loc, scalar, buffer, position);
}

/// One iteration: loads, scalars, stores.
void NestBuilder::body(ArrayRef<Value> indices) {
  DenseMap<Value, Value> scalars;
  DenseMap<std::pair<Value, Attribute>, Value> loaded;
  auto operandOf = [&](LoopOpInterface op, unsigned i) -> Value {
    Value value = op->getOperand(i);
    auto input = dyn_cast<BlockArgument>(value);
    if (!input) {
      return scalars.lookup(value);
    }
    Value buffer = argument(arguments.operands[input.getArgNumber()]);
    AffineMap map = op.getOperandMap(i);
    if (!map) {
      return buffer;
    }
    Value &scalar = loaded[{value, AffineMapAttr::get(map)}];
    if (!scalar) {
      scalar = load(buffer, map, indices, getElementTypeOrSelf(value));
    }
    return scalar;
  };
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto op : kernel.getBody().getOps<LoopOpInterface>()) {
    SmallVector<Value> operands;
    for (unsigned i = 0; i < op->getNumOperands(); ++i) {
      operands.push_back(operandOf(op, i));
    }
    scalars[op->getResult(0)] =
        op.buildBody(builder, op.getLoc(), operands, indices);
  }
  // After all loads: a result may share its buffer with an operand.
  for (auto [r, value] : llvm::enumerate(yield->getOperands())) {
    auto op = value.getDefiningOp<LoopOpInterface>();
    if (!op.getUpdatedOperand()) {
      store(op, arguments.results[r], scalars.lookup(value), indices);
    }
  }
}

/// Starts each reduction whose result is addressed by loops [0, firstLoop) of
/// which `outer` are the indices, and by no loop outside of that but inner
/// ones.
void NestBuilder::initialize(unsigned firstLoop, ArrayRef<Value> outer) {
  Operation *yield = kernel.getBody().front().getTerminator();
  for (auto [r, value] : llvm::enumerate(yield->getOperands())) {
    auto op = value.getDefiningOp<LoopOpInterface>();
    if (!op.getReduction()) {
      continue;
    }
    AffineMap map = op.getResultMap(0);
    bool usesOuter = !flat && !bounds.empty() && map.isFunctionOfDim(0);
    if (usesOuter != (firstLoop == 1)) {
      continue;
    }
    Value buffer = argument(arguments.results[r]);
    auto type = cast<MemRefType>(buffer.getType());
    Value start = identity(*op.getReduction(), type.getElementType());
    // Loops over the part of the result that the outer indices leave open.
    SmallVector<int64_t> sizes;
    for (auto [d, expr] : llvm::enumerate(map.getResults())) {
      bool fixed = firstLoop == 1 && expr.isFunctionOfDim(0);
      sizes.push_back(fixed || flat ? 1 : type.getDimSize(unsigned(d)));
    }
    SmallVector<Value> indices;
    forEach(
        sizes,
        [&](ValueRange inner) {
          SmallVector<Value> position(inner);
          for (auto [d, expr] : llvm::enumerate(map.getResults())) {
            if (firstLoop == 1 && expr.isFunctionOfDim(0)) {
              position[d] = outer[0];
            }
          }
          if (flat) {
            position = {index(0)};
          }
          memref::StoreOp::create(builder, loc, start, buffer, position);
        },
        indices);
  }
}

void NestBuilder::forEach(ArrayRef<int64_t> sizes,
                          llvm::function_ref<void(ValueRange)> f,
                          SmallVectorImpl<Value> &indices) {
  if (indices.size() == sizes.size()) {
    f(indices);
    return;
  }
  auto loop = scf::ForOp::create(builder, loc, index(0),
                                 index(sizes[indices.size()]), index(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  indices.push_back(loop.getInductionVar());
  forEach(sizes, f, indices);
  indices.pop_back();
}

void NestBuilder::nest(unsigned loop, SmallVectorImpl<Value> &indices) {
  if (loop == bounds.size()) {
    body(indices);
    return;
  }
  Value begin = index(0), end = index(bounds[loop]);
  if (loop == 0) {
    begin = argument(arguments.count);
    end = argument(arguments.count + 1);
  }
  auto op = scf::ForOp::create(builder, loc, begin, end, index(1));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(op.getBody());
  indices.push_back(op.getInductionVar());
  if (loop == 0) {
    initialize(1, indices);
  }
  nest(loop + 1, indices);
  indices.pop_back();
}

void NestBuilder::build() {
  for (auto op : kernel.getBody().getOps<KernelOpInterface>()) {
    SmallVector<Value> operands, results;
    for (Value operand : op->getOperands()) {
      unsigned number = cast<BlockArgument>(operand).getArgNumber();
      unsigned first = arguments.operands[number];
      for (size_t i = 0; i < bufferTypes(operand.getType()).size(); ++i) {
        operands.push_back(argument(first + unsigned(i)));
      }
    }
    // Every result has a buffer, in the order of the yield; unused ones too.
    for (unsigned r = 0; r < kernel.getNumResults(); ++r) {
      results.push_back(argument(arguments.results[r]));
    }
    op.buildKernel(builder, operands, results,
                   function.getArguments().take_back(2));
    return;
  }
  initialize(0, {});
  SmallVector<Value> indices;
  nest(0, indices);
}

} // namespace

OuterLoop outerLoopOf(KernelOp kernel) {
  for (auto op : kernel.getBody().getOps<KernelOpInterface>()) {
    return {op.getKernelExtent(), op.getKernelExtent() > 1};
  }
  SmallVector<int64_t> bounds = boundsOf(kernel);
  if (bounds.empty()) {
    return {};
  }
  OuterLoop outer{isFlat(kernel) ? llvm::product_of(bounds) : bounds[0], true};
  for (LoopOpInterface op : loopOps(kernel)) {
    bool independent =
        op.getReduction() ? op.getResultMap(0).isFunctionOfDim(0) : true;
    outer.parallel &= independent && !op.getUpdatedOperand();
  }
  return outer;
}

/// Argument types: flat where the whole nest is one loop.
static SmallVector<Type> argumentTypes(KernelOp kernel) {
  SmallVector<Type> types;
  bool flat = isFlat(kernel);
  auto add = [&](Type type) {
    for (MemRefType buffer : bufferTypes(type)) {
      types.push_back(flat ? MemRefType::get({buffer.getNumElements()},
                                             buffer.getElementType())
                           : buffer);
    }
  };
  for (Type type : kernel.getOperandTypes()) {
    add(type);
  }
  for (unsigned r = 0; r < kernel.getNumResults(); ++r) {
    if (!kernel.operandOfResult(r)) {
      add(kernel.getResult(r).getType());
    }
  }
  types.append(2, IndexType::get(kernel.getContext()));
  return types;
}

func::FuncOp buildKernelFunction(OpBuilder &builder, KernelOp kernel,
                                 StringRef name) {
  auto type = builder.getFunctionType(argumentTypes(kernel), {});
  auto function = func::FuncOp::create(builder, kernel.getLoc(), name, type);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(function.addEntryBlock());
  NestBuilder(builder, kernel, function).build();
  func::ReturnOp::create(builder, kernel.getLoc());
  return function;
}

} // namespace sft
