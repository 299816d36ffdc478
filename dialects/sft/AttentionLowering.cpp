#include "dialects/sft/AttentionBlocks.h"
#include "dialects/sft/Broadcasting.h"

#include <limits>

using namespace mlir;

namespace sft {

namespace {

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
    v.forEachVector(kBlock, [&](int64_t column, int64_t lanes) {
      Value none = v.splat(-std::numeric_limits<double>::infinity(), lanes);
      v.storeVector(none, largest, v.index(column));
      v.storeVector(v.splat(0, lanes), sum, v.index(column));
    });
  }

  void addKeys() {
    forEachStrip([&] {
      scoreKeys(k, packed, scores);
      forEachRegister([&](Value query) { softmax(query); });
    });
    auto weight = [&](Value i, Value j) { return v.load(scores, {j, i}); };
    addToQueries(y, weight, values, [&](Value i) { return v.load(shrink, i); });
  }

  /// Scores become weights, e^(score - largest), for a register of queries.
  void softmax(Value query) {
    int64_t lanes = v.lanes();
    Value before = v.loadVector(largest, query, lanes);
    Value now = v.carry(v.index(0), seen, before, [&](Value j, Value max) {
      Value score = v.loadVector(scores, {j, query}, lanes);
      score = hide(score, j, query);
      v.storeVector(score, scores, {j, query});
      return v.max(score, max);
    });
    Value change = v.exp(v.subtract(before, now));
    Value kept = v.mul(v.loadVector(sum, query, lanes), change);
    Value total = v.carry(v.index(0), seen, kept, [&](Value j, Value total) {
      Value score = v.loadVector(scores, {j, query}, lanes);
      Value weight = v.exp(v.subtract(score, now));
      v.storeVector(weight, scores, {j, query});
      return v.add(total, weight);
    });
    v.storeVector(now, largest, query);
    v.storeVector(change, shrink, query);
    v.storeVector(total, sum, query);
  }

  void finish() {
    v.forEach(v.index(0), queries, [&](Value i) {
      Value total = v.load(sum, i);
      divideRow(i, total);
      v.store(v.add(v.load(largest, i), v.log(total)), lse, perQuery(i));
    });
  }

  void divideRow(Value query, Value by) {
    Value factor = arith::DivFOp::create(v.builder, v.loc, v.real(1), by);
    v.forEachVector(width(), [&](int64_t column, int64_t lanes) {
      SmallVector<Value> here = at(firstQuery, query, v.index(column));
      Value row = v.loadVector(y, here, lanes);
      v.storeVector(v.mul(row, v.splat(factor, lanes)), y, here);
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
    loadPerQuery(lse, rowLse);
    v.fill(along, 0);
    v.forEach(v.index(0), queries,
              [&](Value i) { v.store(alongRow(i), along, i); });
  }

  /// g . y of one query.
  Value alongRow(Value query) {
    Value total = v.real(0);
    v.forEachVector(width(), [&](int64_t column, int64_t lanes) {
      SmallVector<Value> here = at(firstQuery, query, v.index(column));
      Value product =
          v.mul(v.loadVector(g, here, lanes), v.loadVector(y, here, lanes));
      total = v.add(total, v.sum(product));
    });
    return total;
  }

  void addKeys() {
    forEachStrip([&] {
      scoreKeys(k, packedQ, weights);
      scoreKeys(values, packedG, slopes);
      v.forEach(v.index(0), seen, [&](Value j) {
        forEachRegister([&](Value query) { slopeOf(j, query); });
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
  void slopeOf(Value j, Value query) {
    int64_t lanes = v.lanes();
    Value score = hide(v.loadVector(weights, {j, query}, lanes), j, query);
    Value weight = v.exp(v.subtract(score, v.loadVector(rowLse, query, lanes)));
    Value change = v.subtract(v.loadVector(slopes, {j, query}, lanes),
                              v.loadVector(along, query, lanes));
    v.storeVector(weight, weights, {j, query});
    v.storeVector(v.mul(v.mul(weight, change), v.splat(scale, lanes)), slopes,
                  {j, query});
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
