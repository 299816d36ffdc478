#include "Compare.h"

#include "dialects/reference/Shards.h"

#include "llvm/Support/Format.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace mlir;

namespace sft {

using namespace reference;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

Diagnostic &operator<<(Diagnostic &diagnostic, const Difference &difference) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "rank " << difference.rank << ": ";
  if (!difference.mismatch.empty()) {
    return diagnostic << text << difference.mismatch;
  }
  os << "element [";
  llvm::interleaveComma(difference.index, os);
  os << "] is " << llvm::format("%.9g", difference.actual) << ", expected "
     << llvm::format("%.9g", difference.expected) << " (relative difference "
     << llvm::format("%.1e", difference.relative) << ")";
  return diagnostic << text;
}

/// Without values that are not finite: they are compared for themselves.
static double largestFinite(double largest, double value) {
  return std::isfinite(value) ? std::fmax(largest, std::fabs(value)) : largest;
}

static double largestMagnitude(const Tensor &tensor) {
  return std::accumulate(tensor.data.begin(), tensor.data.end(), 0.0,
                         largestFinite);
}

Scale scaleOf(const Tensor &whole, const Tensor &nearby) {
  // What cancels to zero, as the gradient of a bias before a softmax does,
  // leaves what no order of summation agrees on, and optimizers that divide it
  // by its own size enlarge it. With the default tolerance, a hundred times
  // what perturbing the sums does passes.
  constexpr double kScaleOfRounding = 1e11;
  double rounding = 0;
  for (auto [value, other] : llvm::zip(whole.data, nearby.data)) {
    rounding = largestFinite(rounding, value - other);
  }
  return {largestMagnitude(whole), kScaleOfRounding * rounding};
}

static double relativeDifference(double actual, double expected, double scale) {
  if (actual == expected || (std::isnan(actual) && std::isnan(expected))) {
    return 0;
  }
  double relative = std::fabs(actual - expected) / scale;
  return std::isnan(relative) ? kInfinity : relative;
}

static Difference compareDense(const Tensor &actual, const Tensor &expected,
                               double scale) {
  Difference largest;
  forEachIndex(expected.shape, [&](ArrayRef<int64_t> index) {
    int64_t i = expected.position(index);
    double relative = relativeDifference(actual[i], expected[i], scale);
    if (relative > largest.relative) {
      largest = {relative,  0,           SmallVector<int64_t>(index),
                 actual[i], expected[i], ""};
    }
  });
  return largest;
}

static Difference compare(const Tensor &actual, const Tensor &expected,
                          double scale) {
  if (actual.rowOffsets != expected.rowOffsets ||
      actual.columns != expected.columns) {
    return {kInfinity, 0, {}, 0, 0, "the rows have other columns"};
  }
  if (expected.rowOffsets.empty()) {
    return compareDense(actual, expected, scale);
  }
  Tensor stored(ArrayRef<int64_t>{int64_t(actual.data.size())}), wanted(stored);
  stored.data = actual.data;
  wanted.data = expected.data;
  return compareDense(stored, wanted, scale);
}

/// Parts add up to the whole and, where padded, to more.
static bool isPartOf(const Tensor &own, const Tensor &whole,
                     ShardingAttr sharding, MeshAttr mesh) {
  if (own.shape.size() != whole.shape.size()) {
    return false;
  }
  for (auto [d, both] :
       llvm::enumerate(llvm::zip_equal(own.shape, whole.shape))) {
    auto [part, size] = both;
    int64_t parts =
        sharding ? mesh.sizeOf(sharding.getDims()[d].asArrayRef()) : 1;
    if (part * parts < size) {
      return false;
    }
  }
  return true;
}

Difference compareShards(ArrayRef<Tensor> byRank, const Tensor &whole,
                         Scale scale, ShardingAttr sharding, MeshAttr mesh) {
  Difference largest;
  for (auto [rank, own] : llvm::enumerate(byRank)) {
    if (!isPartOf(own, whole, sharding, mesh)) {
      return {kInfinity,
              int64_t(rank),
              {},
              0,
              0,
              "there is no value of a shape that is a part of the whole"};
    }
    Difference difference =
        compare(own, shardOf(whole, own.shape, sharding, mesh, int64_t(rank)),
                scale.value());
    difference.rank = int64_t(rank);
    if (difference.relative > largest.relative) {
      largest = difference;
    }
  }
  return largest;
}

} // namespace sft
