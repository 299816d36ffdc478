#include "dialects/reference/Shards.h"

using namespace mlir;

namespace sft::reference {

double combine(ReduceKind kind, double x, double y) {
  switch (kind) {
  case ReduceKind::Sum:
    return x + y;
  case ReduceKind::Max:
    return std::max(x, y);
  case ReduceKind::Min:
    return std::min(x, y);
  }
  llvm_unreachable("unknown reduction");
}

/// Where a rank's part of this shape begins.
static SmallVector<int64_t> firstOf(ArrayRef<int64_t> shape,
                                    ShardingAttr sharding, MeshAttr mesh,
                                    int64_t rank) {
  SmallVector<int64_t> first(shape.size(), 0);
  for (size_t d = 0; sharding && d < shape.size(); ++d) {
    for (int64_t axis : sharding.getDims()[d].asArrayRef()) {
      first[d] = first[d] * mesh.getSizes()[size_t(axis)] +
                 coordinateOf(mesh, rank, axis);
    }
    first[d] *= shape[d];
  }
  return first;
}

static Tensor rowsOf(const Tensor &whole, ArrayRef<int64_t> shape,
                     int64_t first) {
  Tensor part;
  part.shape.assign(shape.begin(), shape.end());
  int64_t rows = int64_t(whole.rowOffsets.size()) - 1;
  auto offsetOf = [&](int64_t row) {
    return whole.rowOffsets[size_t(std::min(row, rows))];
  };
  int64_t begin = offsetOf(first), end = offsetOf(first + shape[0]);
  for (int64_t row = 0; row <= shape[0]; ++row) {
    part.rowOffsets.push_back(offsetOf(first + row) - begin);
  }
  part.data.assign(whole.data.begin() + begin, whole.data.begin() + end);
  part.columns.assign(whole.columns.begin() + begin,
                      whole.columns.begin() + end);
  return part;
}

static Tensor boxOf(const Tensor &whole, ArrayRef<int64_t> shape,
                    ArrayRef<int64_t> first) {
  Tensor part(shape);
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> from(index);
    bool isInside = true;
    for (auto [at, begin, size] : llvm::zip_equal(from, first, whole.shape)) {
      at += begin;
      isInside &= at < size;
    }
    if (isInside) {
      part[part.position(index)] = whole[whole.position(from)];
    }
  });
  return part;
}

Tensor shardOf(const Tensor &whole, ArrayRef<int64_t> shape,
               ShardingAttr sharding, MeshAttr mesh, int64_t rank) {
  SmallVector<int64_t> first = firstOf(shape, sharding, mesh, rank);
  return whole.rowOffsets.empty() ? boxOf(whole, shape, first)
                                  : rowsOf(whole, shape, first.front());
}

std::vector<Tensor> combinePartial(ArrayRef<Tensor> byRank,
                                   ShardingAttr sharding, MeshAttr mesh) {
  std::vector<Tensor> combined;
  for (auto [rank, own] : llvm::enumerate(byRank)) {
    SmallVector<int64_t> group =
        groupOf(mesh, sharding.getPartial(), int64_t(rank));
    Tensor total = byRank[size_t(group.front())];
    for (int64_t member : ArrayRef(group).drop_front()) {
      for (int64_t i = 0; i < total.size(); ++i) {
        total[i] =
            combine(sharding.getReduce(), total[i], byRank[size_t(member)][i]);
      }
    }
    combined.push_back(std::move(total));
  }
  return combined;
}

} // namespace sft::reference
