//===- SparseLowering.cpp - Kernels over batches of sparse rows -----------===//
#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/KernelLoops.h"

using namespace mlir;

namespace sft {

namespace {

/// The three buffers of a CSR value. Its rows stand in blocks; entries of block
/// b begin at b * capacity/blocks, its offsets at b * (rows/blocks + 1).
struct CsrBuffers {
  CsrType type;
  Value offsets, columns, values;

  CsrBuffers(Value csr, ArrayRef<Value> buffers)
      : type(cast<CsrType>(csr.getType())), offsets(buffers[0]),
        columns(buffers[1]), values(buffers[2]) {}

  int64_t rowsOfBlock() const { return type.getRows() / type.getBlocks(); }
  Value column(KernelBuilder &k, Value entry) const {
    return k.toIndex(k.load(columns, entry));
  }
  /// The first entry of a row of a block; behind the last row, the end.
  Value firstEntry(KernelBuilder &k, Value block, Value row) const {
    Value offset = k.add(k.mul(block, k.index(rowsOfBlock() + 1)), row);
    int64_t capacity = type.getCapacity() / type.getBlocks();
    return k.add(k.mul(block, k.index(capacity)),
                 k.toIndex(k.load(offsets, offset)));
  }
  /// body(row, first entry, end of entries) for each row.
  void forEachRow(KernelBuilder &k,
                  function_ref<void(Value, Value, Value)> body) const {
    k.forEach({type.getBlocks(), rowsOfBlock()}, [&](ValueRange at) {
      Value row = k.add(k.mul(at[0], k.index(rowsOfBlock())), at[1]);
      body(row, firstEntry(k, at[0], at[1]),
           firstEntry(k, at[0], k.add(at[1], k.index(1))));
    });
  }
};

} // namespace

void TransformOp::buildKernel(OpBuilder &builder, ArrayRef<Value> operands,
                              ArrayRef<Value> results, ValueRange) {
  KernelBuilder k{builder, getLoc()};
  CsrBuffers x(getX(), operands);
  Value w = operands[3], z = results[0];
  Value offset = getOffset() ? k.toIndex(k.load(operands[4], {})) : Value();
  auto add = [&](Value row, Value column, Value entry) {
    k.accumulateRow(z, row, w, column, k.load(x.values, entry));
  };
  x.forEachRow(k, [&](Value row, Value first, Value end) {
    k.zeroRow(z, row);
    k.forEach(first, end, [&](Value entry) {
      Value column = x.column(k, entry);
      if (!offset) {
        return add(row, column, entry);
      }
      column = k.sub(column, offset);
      k.ifTrue(k.isBelow(column, shapeOf(getW())[0]),
               [&] { add(row, column, entry); });
    });
  });
}

void OccurringRowsOp::buildKernel(OpBuilder &builder, ArrayRef<Value> operands,
                                  ArrayRef<Value> results, ValueRange) {
  KernelBuilder k{builder, getLoc()};
  CsrBuffers x(getX(), operands);
  Value indices = results[0], slots = results[1];
  k.fill(indices, -1);
  k.fill(slots, -1);
  auto number = [&](Value entry, Value count) -> Value {
    Value column = x.column(k, entry);
    Value isNew = k.isNegative(k.load(slots, column));
    k.ifTrue(isNew, [&] {
      k.store(k.toInt32(count), slots, column);
      k.store(k.toInt32(column), indices, count);
    });
    return k.add(count, k.choose(isNew, k.index(1), k.index(0)));
  };
  k.carry(k.index(0), k.index(x.type.getBlocks()), k.index(0),
          [&](Value block, Value count) {
            Value first = x.firstEntry(k, block, k.index(0));
            Value end = x.firstEntry(k, block, k.index(x.rowsOfBlock()));
            return k.carry(first, end, count, number);
          });
}

void TransformGradientOp::buildKernel(OpBuilder &builder,
                                      ArrayRef<Value> operands,
                                      ArrayRef<Value> results, ValueRange) {
  KernelBuilder k{builder, getLoc()};
  CsrBuffers x(getX(), operands);
  Value slots = operands[4], dz = operands[5], values = results[0];
  k.fill(values, 0);
  x.forEachRow(k, [&](Value row, Value first, Value end) {
    k.forEach(first, end, [&](Value entry) {
      Value slot = k.toIndex(k.load(slots, x.column(k, entry)));
      k.accumulateRow(values, slot, dz, row, k.load(x.values, entry));
    });
  });
}

} // namespace sft
