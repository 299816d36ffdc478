#include "dialects/sft/AttentionBlocks.h"
#include "dialects/sft/Broadcasting.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;

namespace sft {

AttentionBuilder::AttentionBuilder(OpBuilder &builder, Location loc, Value q,
                                   Value k, double scale, bool causal)
    : v(builder, loc,
        cast<FloatType>(cast<ShapedType>(q.getType()).getElementType())),
      shape(shapeOf(q)), keyCount(shapeOf(k)[1]), scale(scale), causal(causal) {
}

void AttentionBuilder::forEachHead(ValueRange range,
                                   llvm::function_ref<void()> body) {
  v.forEach(range[0], range[1], [&](Value n) {
    Value heads = v.index(shape[2]);
    batch = arith::DivUIOp::create(v.builder, v.loc, n, heads);
    head = arith::RemUIOp::create(v.builder, v.loc, n, heads);
    body();
  });
}

void AttentionBuilder::forEachBlock(Value end, Value &first, Value &count,
                                    llvm::function_ref<void()> body) {
  auto loop =
      scf::ForOp::create(v.builder, v.loc, v.index(0), end, v.index(kBlock));
  OpBuilder::InsertionGuard guard(v.builder);
  v.builder.setInsertionPointToStart(loop.getBody());
  first = loop.getInductionVar();
  count = arith::MinUIOp::create(v.builder, v.loc, v.sub(end, first),
                                 v.index(kBlock));
  body();
}

void AttentionBuilder::forEachStrip(llvm::function_ref<void()> body) {
  auto run = [&](Value first) {
    strip = first;
    seen = seenFrom(strip, stripWidth());
    body();
  };
  v.forEach(v.index(0), queries, run, stripWidth());
}

void AttentionBuilder::forEachRegister(llvm::function_ref<void(Value)> body) {
  v.forEachVector(stripWidth(), [&](int64_t offset, int64_t) {
    body(v.add(strip, v.index(offset)));
  });
}

Value AttentionBuilder::seenFrom(Value query, int64_t count) {
  if (!causal) {
    return keys;
  }
  Value behind = v.add(v.add(firstQuery, query), v.index(count));
  return arith::MinUIOp::create(v.builder, v.loc, keys,
                                v.sub(behind, firstKey));
}

void AttentionBuilder::forEachQueryBlock(llvm::function_ref<void()> body) {
  forEachBlock(v.index(queryCount()), firstQuery, queries, body);
}

void AttentionBuilder::forEachKeyBlock(llvm::function_ref<void()> body) {
  Value end = causal ? v.add(firstQuery, queries) : v.index(keyCount);
  forEachBlock(end, firstKey, keys, body);
}

SmallVector<Value> AttentionBuilder::at(Value first, Value row, Value column) {
  return {batch, v.add(first, row), head, column ? column : v.index(0)};
}

void AttentionBuilder::pack(Value rows, double factor, Value packed) {
  if (queryCount() % kBlock != 0) {
    v.fill(packed, 0);
  }
  int64_t lanes = v.lanes(), whole = width() / lanes * lanes;
  Value full = v.wholeSteps(queries, lanes);
  auto packTiles = [&](Value i) {
    auto packAt = [&](Value d) { packTile(rows, i, d, factor, packed); };
    v.forEach(v.index(0), v.index(whole), packAt, lanes);
  };
  v.forEach(v.index(0), full, packTiles, lanes);
  // What fills no tile.
  auto packFrom = [&](Value i, int64_t from, int64_t to) {
    auto packAt = [&](Value d) { packElements(rows, i, d, factor, packed); };
    v.forEach(v.index(from), v.index(to), packAt);
  };
  if (queryCount() % lanes != 0) {
    packFrom(full, 0, whole);
  }
  packFrom(v.index(0), whole, width());
}

void AttentionBuilder::packTile(Value rows, Value i, Value d, double factor,
                                Value packed) {
  SmallVector<Value> tile;
  Value by = v.splat(factor, v.lanes());
  for (int64_t n = 0; n < v.lanes(); ++n) {
    SmallVector<Value> here = at(firstQuery, v.add(i, v.index(n)), d);
    tile.push_back(v.mul(v.loadVector(rows, here, v.lanes()), by));
  }
  for (auto [n, column] : llvm::enumerate(v.transpose(tile))) {
    v.storeVector(column, packed, {v.add(d, v.index(int64_t(n))), i});
  }
}

void AttentionBuilder::packElements(Value rows, Value i, Value d, double factor,
                                    Value packed) {
  v.forEach(i, queries, [&](Value i) {
    Value x = v.load(rows, at(firstQuery, i, d));
    v.store(v.mul(x, v.real(factor)), packed, {d, i});
  });
}

void AttentionBuilder::scoreKeys(Value rows, Value packed, Value out) {
  VectorProduct{
      seen,
      [&](Value, int64_t) { return std::pair(v.index(0), v.index(width())); },
      stripWidth(),
      [&](Value j, Value d) { return v.load(rows, at(firstKey, j, d)); },
      {packed, [&](Value d) { return SmallVector<Value>{d, strip}; }},
      {out, [&](Value j) { return SmallVector<Value>{j, strip}; }}}
      .build(v);
}

static Value isAfter(VectorBuilder &v, Value x, Value y) {
  return arith::CmpIOp::create(v.builder, v.loc, arith::CmpIPredicate::ugt, x,
                               y);
}

void AttentionBuilder::addToQueries(Value to, VectorProduct::Element a,
                                    Value from,
                                    llvm::function_ref<Value(Value)> factor) {
  auto visible = [&](Value query, int64_t count) {
    return std::pair(v.index(0), seenFrom(query, count));
  };
  VectorProduct{queries,
                visible,
                width(),
                a,
                {from, [&](Value j) { return at(firstKey, j); }},
                {to, [&](Value i) { return at(firstQuery, i); }},
                isAfter(v, firstKey, v.index(0)),
                factor}
      .build(v);
}

void AttentionBuilder::addToKeys(Value to, VectorProduct::Element a,
                                 Value from) {
  // Causal: no query before the first of these keys sees one of them. A block
  // of keys is at or before the block of queries.
  auto seeing = [&](Value key, int64_t) {
    Value begin = v.index(0);
    if (causal) {
      begin = arith::MaxSIOp::create(v.builder, v.loc, begin,
                                     v.sub(v.add(firstKey, key), firstQuery));
    }
    return std::pair(begin, queries);
  };
  VectorProduct{keys,
                seeing,
                width(),
                a,
                {from, [&](Value i) { return at(firstQuery, i); }},
                {to, [&](Value j) { return at(firstKey, j); }},
                isAfter(v, firstQuery, causal ? firstKey : v.index(0))}
      .build(v);
}

Value AttentionBuilder::hide(Value score, Value key, Value query) {
  if (!causal) {
    return score;
  }
  int64_t lanes = cast<VectorType>(score.getType()).getDimSize(0);
  Value ahead = v.sub(v.add(firstKey, key), v.add(firstQuery, query));
  Value hidden = v.lanesBelow(ahead, lanes);
  Value none = v.splat(-std::numeric_limits<double>::infinity(), lanes);
  return v.choose(hidden, none, score);
}

void AttentionBuilder::loadPerQuery(Value from, Value to) {
  if (queryCount() % kBlock != 0) {
    v.fill(to, 0);
  }
  v.forEach(v.index(0), queries,
            [&](Value i) { v.store(v.load(from, perQuery(i)), to, i); });
}

} // namespace sft
