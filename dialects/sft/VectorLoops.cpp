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

Value VectorBuilder::lanesBelow(Value bound, int64_t width) {
  auto type = VectorType::get({width}, builder.getI32Type());
  SmallVector<int32_t> numbers =
      llvm::to_vector(llvm::seq<int32_t>(0, int32_t(width)));
  Value lane = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(type, ArrayRef(numbers)));
  Value bounds =
      vector::BroadcastOp::create(builder, loc, type, toInt32(bound));
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, lane,
                               bounds);
}

/// Swaps bit `step` of the row's number with the same bit of the lane's.
static void exchange(VectorBuilder &v, MutableArrayRef<Value> rows,
                     int64_t step) {
  int64_t lanes = int64_t(rows.size());
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    bool odd = lane & step;
    low.push_back(odd ? lanes + lane - step : lane);
    high.push_back(odd ? lanes + lane : lane + step);
  }
  for (int64_t i = 0; i < lanes; ++i) {
    if (!(i & step)) {
      Value x = rows[i], y = rows[i + step];
      rows[i] = vector::ShuffleOp::create(v.builder, v.loc, x, y, low);
      rows[i + step] = vector::ShuffleOp::create(v.builder, v.loc, x, y, high);
    }
  }
}

SmallVector<Value> VectorBuilder::transpose(SmallVector<Value> rows) {
  for (int64_t step = 1; step < int64_t(rows.size()); step *= 2) {
    exchange(*this, rows, step);
  }
  return rows;
}

Value VectorBuilder::subtract(Value x, Value y) {
  return arith::SubFOp::create(builder, loc, x, y, fastMathFlags(builder));
}

Value VectorBuilder::max(Value x, Value y) {
  // One instruction, where arith.maximumf takes five.
  Value larger =
      arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, x, y);
  return choose(larger, x, y);
}

Value VectorBuilder::sum(Value vector) {
  return vector::ReductionOp::create(
      builder, loc, vector::CombiningKind::ADD, vector,
      arith::FastMathFlags::contract | arith::FastMathFlags::reassoc);
}

Value VectorBuilder::exp(Value x) {
  return math::ExpOp::create(builder, loc, x, fastMathFlags(builder));
}

Value VectorBuilder::log(Value x) {
  return math::LogOp::create(builder, loc, x, fastMathFlags(builder));
}

Value VectorBuilder::wholeSteps(Value count, int64_t step) {
  Value rest = arith::RemUIOp::create(builder, loc, count, index(step));
  return sub(count, rest);
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
static constexpr int64_t kTileVectors = 4;

static int64_t tileRows(size_t vectors) { return vectors > 2 ? 4 : 8; }

struct VectorProduct::Tile {
  Value firstRow;
  int64_t rows;
  /// (column, width) of each register.
  ArrayRef<std::pair<int64_t, int64_t>> vectors;
};

static SmallVector<Value> indicesAt(VectorBuilder &v, VectorProduct::Row matrix,
                                    Value row, int64_t column) {
  SmallVector<Value> indices = matrix(row);
  indices.back() = v.add(indices.back(), v.index(column));
  return indices;
}

Value VectorProduct::kept(VectorBuilder &v, Value row, int64_t column,
                          int64_t width) const {
  Value before = v.loadVector(c.buffer, indicesAt(v, c.at, row, column), width);
  return factor ? v.mul(before, v.splat(factor(row), width)) : before;
}

/// What the sums of a tile begin with.
SmallVector<Value> VectorProduct::begin(VectorBuilder &v,
                                        const Tile &tile) const {
  SmallVector<Value> zeros;
  for (int64_t i = 0; i < tile.rows; ++i) {
    for (auto [column, width] : tile.vectors) {
      zeros.push_back(v.splat(0, width));
    }
  }
  if (!keep) {
    return zeros;
  }
  auto load = [&](OpBuilder &builder, Location loc) {
    SmallVector<Value> before;
    for (int64_t i = 0; i < tile.rows; ++i) {
      for (auto [column, width] : tile.vectors) {
        Value row = v.add(tile.firstRow, v.index(i));
        before.push_back(kept(v, row, column, width));
      }
    }
    scf::YieldOp::create(builder, loc, before);
  };
  auto none = [&](OpBuilder &builder, Location loc) {
    scf::YieldOp::create(builder, loc, zeros);
  };
  return scf::IfOp::create(v.builder, v.loc, keep, load, none).getResults();
}

void VectorProduct::buildTile(VectorBuilder &v, const Tile &tile) const {
  auto at = [&](const Rows &matrix, Value row, int64_t column) {
    return indicesAt(v, matrix.at, row, column);
  };
  auto row = [&](int64_t i) { return v.add(tile.firstRow, v.index(i)); };
  SmallVector<Value> sums = begin(v, tile);
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
  auto loopOver = [&](Value from, Value to, int64_t step, auto vectors) {
    v.forEach(
        from, to, [&](Value row) { buildTile(v, {row, step, vectors}); }, step);
  };
  for (ArrayRef rest = vectors; !rest.empty();) {
    auto now = rest.take_front(kTileVectors);
    int64_t step = tileRows(now.size());
    Value full = v.wholeSteps(rows, step);
    loopOver(v.index(0), full, step, now);
    loopOver(full, rows, 1, now);
    rest = rest.drop_front(now.size());
  }
}

} // namespace sft
