//===- AttentionLowering.cpp - Attention block by block -------------------===//
//
// FlashAttention (Dao et al. 2022) for a core with vector registers. A block of
// queries is packed transposed, [width, queries], so that scores come out as
// [keys, queries]: a register holds one key's scores for neighbouring queries,
// and the softmax over keys needs no sums across a register.
//
// Blocks of queries and keys are of one size: scores, packed queries and a
// block of keys stay in the core's own cache.
//
//===----------------------------------------------------------------------===//
#include "dialects/sft/Broadcasting.h"
#include "dialects/sft/VectorLoops.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;

namespace sft {

namespace {

/// Positions of a sequence that are worked on together.
constexpr int64_t kBlock = 64;

/// What forward and backward share: one head of one sample at a time, one block
/// of its queries, one block of its keys.
class AttentionBuilder {
protected:
  AttentionBuilder(OpBuilder &builder, Location loc, Value q, Value k,
                   double scale, bool causal)
      : v(builder, loc,
          cast<FloatType>(cast<ShapedType>(q.getType()).getElementType())),
        shape(shapeOf(q)), keyCount(shapeOf(k)[1]), scale(scale),
        causal(causal) {}

  Value difference(Value x, Value y) {
    return arith::SubIOp::create(v.builder, v.loc, x, y);
  }
  int64_t width() const { return shape[3]; }
  int64_t queryCount() const { return shape[1]; }

  /// Runs `body` for every head in `range` with `batch` and `head` set.
  void forEachHead(ValueRange range, llvm::function_ref<void()> body);
  /// Runs `body` for every block of queries, `firstQuery` and `queries` set.
  void forEachQueryBlock(llvm::function_ref<void()> body);
  /// The same for keys that some query of the block sees.
  void forEachKeyBlock(llvm::function_ref<void()> body);
  void forEachBlock(Value end, Value &first, Value &count,
                    llvm::function_ref<void()> body);

  /// Indices of [batch, first + row, head, column].
  SmallVector<Value> at(Value first, Value row, Value column = {});
  /// packed[d, i] = factor * rows[firstQuery + i, d]; 0 past the last query.
  void pack(Value rows, double factor, Value packed);
  /// out[j, :] = rows[firstKey + j, :] . packed, for the keys of the block.
  void scoreKeys(Value rows, Value packed, Value out);
  /// to[query i, :] += sum over keys j of the block of a(i, j) from[key j, :].
  void addToQueries(Value to, VectorProduct::Element a, Value from);
  /// to[key j, :] += sum over queries i of the block of a(j, i)
  /// from[query i, :].
  void addToKeys(Value to, VectorProduct::Element a, Value from);
  void zeroRows(Value buffer, Value first, Value rows);
  /// `score` of key `key` and the queries from `column`, or -inf where the key
  /// is hidden from the query.
  Value hide(Value score, Value key, int64_t column);
  /// Element i of a vector over the queries of the block, 0 past the last one.
  void loadPerQuery(Value from, Value to);
  SmallVector<Value> perQuery(Value query) {
    return {batch, head, v.add(firstQuery, query)};
  }

  VectorBuilder v;
  SmallVector<int64_t> shape;
  int64_t keyCount;
  double scale;
  bool causal;
  Value batch, head, firstQuery, queries, firstKey, keys;
};

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
  count = arith::MinUIOp::create(v.builder, v.loc, difference(end, first),
                                 v.index(kBlock));
  body();
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
  v.forEach(v.index(0), v.index(width()), [&](Value d) {
    v.forEach(v.index(0), queries, [&](Value i) {
      Value x = v.load(rows, at(firstQuery, i, d));
      v.store(v.mul(x, v.real(factor)), packed, {d, i});
    });
  });
}

void AttentionBuilder::scoreKeys(Value rows, Value packed, Value out) {
  VectorProduct{
      keys,
      [&](Value, int64_t) { return std::pair(v.index(0), v.index(width())); },
      kBlock,
      [&](Value j, Value d) { return v.load(rows, at(firstKey, j, d)); },
      {packed, [&](Value d) { return SmallVector<Value>{d, v.index(0)}; }},
      {out, [&](Value j) { return SmallVector<Value>{j, v.index(0)}; }},
      /*accumulate=*/false}
      .build(v);
}

void AttentionBuilder::addToQueries(Value to, VectorProduct::Element a,
                                    Value from) {
  // Causal: the last of these queries sees no key behind it.
  auto seen = [&](Value query, int64_t count) {
    Value end = keys;
    if (causal) {
      Value behind = v.add(v.add(firstQuery, query), v.index(count));
      end = arith::MinUIOp::create(v.builder, v.loc, keys,
                                   difference(behind, firstKey));
    }
    return std::pair(v.index(0), end);
  };
  VectorProduct{queries,
                seen,
                width(),
                a,
                {from, [&](Value j) { return at(firstKey, j); }},
                {to, [&](Value i) { return at(firstQuery, i); }},
                /*accumulate=*/true}
      .build(v);
}

void AttentionBuilder::addToKeys(Value to, VectorProduct::Element a,
                                 Value from) {
  // Causal: no query before the first of these keys sees one of them. A block
  // of keys is at or before the block of queries.
  auto seeing = [&](Value key, int64_t) {
    Value begin = v.index(0);
    if (causal) {
      begin =
          arith::MaxSIOp::create(v.builder, v.loc, begin,
                                 difference(v.add(firstKey, key), firstQuery));
    }
    return std::pair(begin, queries);
  };
  VectorProduct{keys,
                seeing,
                width(),
                a,
                {from, [&](Value i) { return at(firstQuery, i); }},
                {to, [&](Value j) { return at(firstKey, j); }},
                /*accumulate=*/true}
      .build(v);
}

void AttentionBuilder::zeroRows(Value buffer, Value first, Value rows) {
  v.forEach(v.index(0), rows, [&](Value i) {
    v.forEach(v.index(0), v.index(width()),
              [&](Value d) { v.store(v.real(0), buffer, at(first, i, d)); });
  });
}

Value AttentionBuilder::hide(Value score, Value key, int64_t column) {
  if (!causal) {
    return score;
  }
  int64_t lanes = cast<VectorType>(score.getType()).getDimSize(0);
  Value first = v.add(firstQuery, v.index(column));
  Value query = v.positions(first, lanes);
  Value position = arith::IndexCastOp::create(
      v.builder, v.loc, v.builder.getI64Type(), v.add(firstKey, key));
  Value hidden = arith::CmpIOp::create(
      v.builder, v.loc, arith::CmpIPredicate::slt, query,
      vector::BroadcastOp::create(v.builder, v.loc, query.getType(), position));
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

/// y and lse. Per query: the largest score so far, the sum of e^(score -
/// largest), and by how much earlier blocks shrink when a larger one turns up.
class ForwardBuilder : AttentionBuilder {
public:
  ForwardBuilder(OpBuilder &builder, AttentionForwardOp op,
                 ArrayRef<Value> operands, ArrayRef<Value> results)
      : AttentionBuilder(builder, op.getLoc(), op.getQ(), op.getK(),
                         op.getScale().convertToDouble(), op.getCausal()),
        q(operands[0]), k(operands[1]), values(operands[2]), y(results[0]),
        lse(results[1]) {}

  void build(ValueRange range) {
    packed = v.scratch({width(), kBlock});
    scores = v.scratch({kBlock, kBlock});
    largest = v.scratch(kBlock);
    sum = v.scratch(kBlock);
    shrink = v.scratch(kBlock);
    forEachHead(range, [&] {
      forEachQueryBlock([&] {
        begin();
        forEachKeyBlock([&] { addKeys(); });
        finish();
      });
    });
  }

private:
  void begin() {
    pack(q, scale, packed);
    zeroRows(y, firstQuery, queries);
    v.forEachVector(kBlock, [&](int64_t column, int64_t lanes) {
      Value none = v.splat(-std::numeric_limits<double>::infinity(), lanes);
      v.storeVector(none, largest, v.index(column));
      v.storeVector(v.splat(0, lanes), sum, v.index(column));
    });
  }

  void addKeys() {
    scoreKeys(k, packed, scores);
    v.forEachVector(
        kBlock, [&](int64_t column, int64_t lanes) { softmax(column, lanes); });
    scaleRows([&](Value i) { return v.load(shrink, i); });
    auto weight = [&](Value i, Value j) { return v.load(scores, {j, i}); };
    addToQueries(y, weight, values);
  }

  /// Scores become weights, e^(score - largest), for `lanes` queries.
  void softmax(int64_t column, int64_t lanes) {
    Value here = v.index(column);
    Value before = v.loadVector(largest, here, lanes);
    Value now = v.carry(v.index(0), keys, before, [&](Value j, Value max) {
      Value score = v.loadVector(scores, {j, here}, lanes);
      score = hide(score, j, column);
      v.storeVector(score, scores, {j, here});
      return v.max(max, score);
    });
    Value change = v.exp(v.sub(before, now));
    Value kept = v.mul(v.loadVector(sum, here, lanes), change);
    Value total = v.carry(v.index(0), keys, kept, [&](Value j, Value total) {
      Value weight = v.exp(v.sub(v.loadVector(scores, {j, here}, lanes), now));
      v.storeVector(weight, scores, {j, here});
      return v.add(total, weight);
    });
    v.storeVector(now, largest, here);
    v.storeVector(change, shrink, here);
    v.storeVector(total, sum, here);
  }

  void scaleRows(llvm::function_ref<Value(Value)> factor) {
    v.forEach(v.index(0), queries, [&](Value i) {
      Value by = factor(i);
      v.forEach(v.index(0), v.index(width()), [&](Value d) {
        SmallVector<Value> here = at(firstQuery, i, d);
        v.store(v.mul(v.load(y, here), by), y, here);
      });
    });
  }

  void finish() {
    scaleRows([&](Value i) {
      return arith::DivFOp::create(v.builder, v.loc, v.real(1), v.load(sum, i));
    });
    v.forEach(v.index(0), queries, [&](Value i) {
      Value log = v.log(v.load(sum, i));
      v.store(v.add(v.load(largest, i), log), lse, perQuery(i));
    });
  }

  Value q, k, values, y, lse;
  Value packed, scores, largest, sum, shrink;
};

/// dq, dk and dv.
class BackwardBuilder : AttentionBuilder {
public:
  BackwardBuilder(OpBuilder &builder, AttentionBackwardOp op,
                  ArrayRef<Value> operands, ArrayRef<Value> results)
      : AttentionBuilder(builder, op.getLoc(), op.getQ(), op.getK(),
                         op.getScale().convertToDouble(), op.getCausal()),
        q(operands[0]), k(operands[1]), values(operands[2]), y(operands[3]),
        lse(operands[4]), g(operands[5]), dq(results[0]), dk(results[1]),
        dv(results[2]) {}

  void build(ValueRange range) {
    packedQ = v.scratch({width(), kBlock});
    packedG = v.scratch({width(), kBlock});
    weights = v.scratch({kBlock, kBlock});
    slopes = v.scratch({kBlock, kBlock});
    rowLse = v.scratch(kBlock);
    along = v.scratch(kBlock);
    forEachHead(range, [&] {
      zeroRows(dk, v.index(0), v.index(keyCount));
      zeroRows(dv, v.index(0), v.index(keyCount));
      forEachQueryBlock([&] {
        begin();
        forEachKeyBlock([&] { addKeys(); });
      });
    });
  }

private:
  void begin() {
    pack(q, scale, packedQ);
    pack(g, 1, packedG);
    zeroRows(dq, firstQuery, queries);
    loadPerQuery(lse, rowLse);
    v.fill(along, 0);
    v.forEach(v.index(0), queries, [&](Value i) {
      auto product = [&](Value d, Value total) {
        SmallVector<Value> here = at(firstQuery, i, d);
        return v.add(total, v.mul(v.load(g, here), v.load(y, here)));
      };
      v.store(v.carry(v.index(0), v.index(width()), v.real(0), product), along,
              i);
    });
  }

  void addKeys() {
    scoreKeys(k, packedQ, weights);
    scoreKeys(values, packedG, slopes);
    v.forEach(v.index(0), keys, [&](Value j) {
      v.forEachVector(kBlock, [&](int64_t column, int64_t lanes) {
        slopeOf(j, column, lanes);
      });
    });
    auto weight = [&](Value j, Value i) { return v.load(weights, {j, i}); };
    auto slope = [&](Value j, Value i) { return v.load(slopes, {j, i}); };
    auto slopeByQuery = [&](Value i, Value j) { return slope(j, i); };
    addToKeys(dv, weight, g);
    addToKeys(dk, slope, q);
    addToQueries(dq, slopeByQuery, k);
  }

  /// Weights from scores; slopes from the gradient of the weights.
  void slopeOf(Value j, int64_t column, int64_t lanes) {
    Value here = v.index(column);
    Value score = hide(v.loadVector(weights, {j, here}, lanes), j, column);
    Value weight = v.exp(v.sub(score, v.loadVector(rowLse, here, lanes)));
    Value change = v.sub(v.loadVector(slopes, {j, here}, lanes),
                         v.loadVector(along, here, lanes));
    v.storeVector(weight, weights, {j, here});
    v.storeVector(v.mul(v.mul(weight, change), v.splat(scale, lanes)), slopes,
                  {j, here});
  }

  Value q, k, values, y, lse, g, dq, dk, dv;
  Value packedQ, packedG, weights, slopes, rowLse, along;
};

} // namespace

/// Every head of every sample.
static int64_t headCount(Value q) {
  SmallVector<int64_t> shape = shapeOf(q);
  return shape[0] * shape[2];
}

int64_t AttentionForwardOp::getKernelExtent() { return headCount(getQ()); }

void AttentionForwardOp::buildKernel(OpBuilder &builder,
                                     ArrayRef<Value> operands,
                                     ArrayRef<Value> results,
                                     ValueRange range) {
  ForwardBuilder(builder, *this, operands, results).build(range);
}

int64_t AttentionBackwardOp::getKernelExtent() { return headCount(getQ()); }

void AttentionBackwardOp::buildKernel(OpBuilder &builder,
                                      ArrayRef<Value> operands,
                                      ArrayRef<Value> results,
                                      ValueRange range) {
  BackwardBuilder(builder, *this, operands, results).build(range);
}

} // namespace sft
