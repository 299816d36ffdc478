#include "dialects/sft/Sft.h"

#include <cmath>

using namespace mlir;

namespace sft {

using reference::Tensor;

/// One head of one sample of a tensor [batch, sequence, heads, width].
template <typename T> struct Head {
  T &tensor;
  int64_t batch, head;

  int64_t rows() const { return tensor.shape[1]; }
  int64_t width() const { return tensor.shape[3]; }
  decltype(auto) operator()(int64_t row, int64_t column) const {
    return tensor[tensor.position({batch, row, head, column})];
  }
};

/// sum over columns of x[i, :] y[j, :].
template <typename X, typename Y>
static double dot(const Head<X> &x, int64_t i, const Head<Y> &y, int64_t j) {
  double sum = 0;
  for (int64_t d = 0; d < x.width(); ++d) {
    sum += x(i, d) * y(j, d);
  }
  return sum;
}

namespace {

/// The weights of the keys for one query: softmax of the scores, zero where
/// `causal` hides the key.
struct Weights {
  std::vector<double> of;
  double lse = 0;

  Weights(const Head<const Tensor> &q, int64_t i, const Head<const Tensor> &k,
          double scale, bool causal)
      : of(size_t(k.rows()), 0) {
    int64_t visible = causal ? i + 1 : k.rows();
    double largest = -INFINITY, sum = 0;
    for (int64_t j = 0; j < visible; ++j) {
      of[size_t(j)] = scale * dot(q, i, k, j);
      largest = std::fmax(largest, of[size_t(j)]);
    }
    for (int64_t j = 0; j < visible; ++j) {
      of[size_t(j)] = std::exp(of[size_t(j)] - largest);
      sum += of[size_t(j)];
    }
    for (double &weight : of) {
      weight /= sum;
    }
    lse = largest + std::log(sum);
  }
};

} // namespace

/// Calls f(batch, head, row) for each row of [batch, sequence, heads, width].
template <typename F> static void forEachRow(const Tensor &q, F f) {
  reference::forEachIndex(
      {q.shape[0], q.shape[2], q.shape[1]},
      [&](ArrayRef<int64_t> at) { f(at[0], at[1], at[2]); });
}

static void evaluateForward(ArrayRef<Tensor> operands, double scale,
                            bool causal, Tensor &y, Tensor *lse) {
  forEachRow(operands[0], [&](int64_t b, int64_t h, int64_t i) {
    Head<const Tensor> q{operands[0], b, h}, k{operands[1], b, h},
        v{operands[2], b, h};
    Weights weights(q, i, k, scale, causal);
    Head<Tensor> out{y, b, h};
    for (int64_t j = 0; j < k.rows(); ++j) {
      for (int64_t d = 0; d < q.width(); ++d) {
        out(i, d) += weights.of[size_t(j)] * v(j, d);
      }
    }
    if (lse) {
      (*lse)[lse->position({b, h, i})] = weights.lse;
    }
  });
}

LogicalResult AttentionOp::evaluate(ArrayRef<Tensor> operands,
                                    MutableArrayRef<Tensor> results) {
  double width = double(operands[0].shape[3]);
  double scale =
      getScale() ? getScale()->convertToDouble() : 1 / std::sqrt(width);
  evaluateForward(operands, scale, getCausal(), results[0], nullptr);
  return success();
}

LogicalResult AttentionForwardOp::evaluate(ArrayRef<Tensor> operands,
                                           MutableArrayRef<Tensor> results) {
  evaluateForward(operands, getScale().convertToDouble(), getCausal(),
                  results[0], &results[1]);
  return success();
}

// The softmax's gradient y (g - sum g y), with the weights made anew: what the
// compiled code takes from y and lse is not looked at here.
LogicalResult AttentionBackwardOp::evaluate(ArrayRef<Tensor> operands,
                                            MutableArrayRef<Tensor> results) {
  double scale = getScale().convertToDouble();
  forEachRow(operands[0], [&](int64_t b, int64_t h, int64_t i) {
    Head<const Tensor> q{operands[0], b, h}, k{operands[1], b, h},
        v{operands[2], b, h}, g{operands[5], b, h};
    Head<Tensor> dq{results[0], b, h}, dk{results[1], b, h},
        dv{results[2], b, h};
    Weights weights(q, i, k, scale, getCausal());
    double along = 0;
    for (int64_t j = 0; j < k.rows(); ++j) {
      along += weights.of[size_t(j)] * dot(g, i, v, j);
    }
    for (int64_t j = 0; j < k.rows(); ++j) {
      double weight = weights.of[size_t(j)];
      double slope = scale * weight * (dot(g, i, v, j) - along);
      for (int64_t d = 0; d < q.width(); ++d) {
        dv(j, d) += weight * g(i, d);
        dq(i, d) += slope * k(j, d);
        dk(j, d) += slope * q(i, d);
      }
    }
  });
  return success();
}

} // namespace sft
