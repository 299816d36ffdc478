#include "dialects/sft/VectorLoops.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace sft {

Value VectorBuilder::real(double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getFloatAttr(element, value));
}

Value VectorBuilder::splat(Value scalar, int64_t width) {
  return vector::BroadcastOp::create(builder, loc, vector(width), scalar);
}

Value VectorBuilder::loadVector(Value buffer, ValueRange indices,
                                int64_t width) {
  return vector::LoadOp::create(builder, loc, vector(width), buffer, indices);
}

void VectorBuilder::storeVector(Value vector, Value buffer,
                                ValueRange indices) {
  vector::StoreOp::create(builder, loc, vector, buffer, indices);
}

Value VectorBuilder::positions(Value first, int64_t width) {
  auto type = VectorType::get({width}, builder.getI64Type());
  SmallVector<int64_t> steps =
      llvm::to_vector(llvm::seq<int64_t>(0, int64_t(width)));
  Value step = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(type, ArrayRef(steps)));
  Value start =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), first);
  return add(vector::BroadcastOp::create(builder, loc, type, start), step);
}

Value VectorBuilder::sub(Value x, Value y) {
  return arith::SubFOp::create(builder, loc, x, y, fastMathFlags(builder));
}

Value VectorBuilder::max(Value x, Value y) {
  return arith::MaximumFOp::create(builder, loc, x, y, fastMathFlags(builder));
}

Value VectorBuilder::exp(Value x) {
  return math::ExpOp::create(builder, loc, x, fastMathFlags(builder));
}

Value VectorBuilder::log(Value x) {
  return math::LogOp::create(builder, loc, x, fastMathFlags(builder));
}

void VectorBuilder::forEachVector(
    int64_t columns, llvm::function_ref<void(int64_t, int64_t)> body) {
  int64_t column = 0;
  for (int64_t width = lanes(); width > 0; width /= 2) {
    for (; column + width <= columns; column += width) {
      body(column, width);
    }
  }
}

Value VectorBuilder::scratch(ArrayRef<int64_t> shape) {
  return memref::AllocaOp::create(builder, loc, MemRefType::get(shape, element),
                                  builder.getI64IntegerAttr(64));
}

//===----------------------------------------------------------------------===//
// VectorProduct
//===----------------------------------------------------------------------===//

/// Sixteen accumulators, four registers of b and one broadcast fit in the 32
/// registers of AVX-512, and keep its multiply-adds busy.
static constexpr int64_t kTileRows = 4, kTileVectors = 4;

struct VectorProduct::Tile {
  Value firstRow;
  int64_t rows;
  /// (column, width) of each register.
  ArrayRef<std::pair<int64_t, int64_t>> vectors;
};

void VectorProduct::buildTile(VectorBuilder &v, const Tile &tile) const {
  auto at = [&](const Rows &matrix, Value row, int64_t column) {
    SmallVector<Value> indices = matrix.at(row);
    indices.back() = v.add(indices.back(), v.index(column));
    return indices;
  };
  auto row = [&](int64_t i) { return v.add(tile.firstRow, v.index(i)); };
  SmallVector<Value> sums;
  for (int64_t i = 0; i < tile.rows; ++i) {
    for (auto [column, width] : tile.vectors) {
      sums.push_back(accumulate
                         ? v.loadVector(c.buffer, at(c, row(i), column), width)
                         : v.splat(0, width));
    }
  }
  auto [from, to] = depth(tile.firstRow, tile.rows);
  auto loop = scf::ForOp::create(v.builder, v.loc, from, to, v.index(1), sums);
  {
    OpBuilder::InsertionGuard guard(v.builder);
    v.builder.setInsertionPointToStart(loop.getBody());
    Value k = loop.getInductionVar();
    SmallVector<Value> factors, next;
    for (auto [column, width] : tile.vectors) {
      factors.push_back(v.loadVector(b.buffer, at(b, k, column), width));
    }
    for (int64_t i = 0; i < tile.rows; ++i) {
      Value scalar = a(row(i), k);
      for (auto [n, factor] : llvm::enumerate(factors)) {
        Value sum = loop.getRegionIterArg(unsigned(next.size()));
        next.push_back(vector::FMAOp::create(
            v.builder, v.loc, v.splat(scalar, tile.vectors[n].second), factor,
            sum));
      }
    }
    scf::YieldOp::create(v.builder, v.loc, next);
  }
  for (auto [n, sum] : llvm::enumerate(loop.getResults())) {
    int64_t i = int64_t(n / tile.vectors.size());
    int64_t column = tile.vectors[n % tile.vectors.size()].first;
    v.storeVector(sum, c.buffer, at(c, row(i), column));
  }
}

void VectorProduct::build(VectorBuilder &v) const {
  SmallVector<std::pair<int64_t, int64_t>> vectors;
  v.forEachVector(columns, [&](int64_t column, int64_t width) {
    vectors.push_back({column, width});
  });
  Value full = arith::SubIOp::create(
      v.builder, v.loc, rows,
      arith::RemUIOp::create(v.builder, v.loc, rows, v.index(kTileRows)));
  auto loopOver = [&](Value from, Value to, int64_t step, auto vectors) {
    auto loop = scf::ForOp::create(v.builder, v.loc, from, to, v.index(step));
    OpBuilder::InsertionGuard guard(v.builder);
    v.builder.setInsertionPointToStart(loop.getBody());
    buildTile(v, {loop.getInductionVar(), step, vectors});
  };
  for (ArrayRef rest = vectors; !rest.empty();) {
    auto now = rest.take_front(kTileVectors);
    loopOver(v.index(0), full, kTileRows, now);
    loopOver(full, rows, 1, now);
    rest = rest.drop_front(now.size());
  }
}

} // namespace sft
