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

namespace {
/// A rank's share of one dimension.
struct Share {
  int64_t first, size;
};
} // namespace

static SmallVector<Share> sharesOf(const Tensor &whole, ShardingAttr sharding,
                                   MeshAttr mesh, int64_t rank) {
  SmallVector<Share> shares;
  for (auto [size, axes] : llvm::zip_equal(whole.shape, sharding.getDims())) {
    int64_t place = 0;
    for (int64_t axis : axes.asArrayRef()) {
      place = place * mesh.getSizes()[size_t(axis)] +
              coordinateOf(mesh, rank, axis);
    }
    int64_t part = size / mesh.sizeOf(axes.asArrayRef());
    shares.push_back({place * part, part});
  }
  return shares;
}

static Tensor rowsOf(const Tensor &whole, Share rows) {
  Tensor part;
  part.shape = {rows.size, whole.shape[1]};
  auto offsets = ArrayRef(whole.rowOffsets)
                     .slice(size_t(rows.first), size_t(rows.size) + 1);
  for (int64_t offset : offsets) {
    part.rowOffsets.push_back(offset - offsets.front());
  }
  part.data.assign(whole.data.begin() + offsets.front(),
                   whole.data.begin() + offsets.back());
  part.columns.assign(whole.columns.begin() + offsets.front(),
                      whole.columns.begin() + offsets.back());
  return part;
}

static Tensor boxOf(const Tensor &whole, ArrayRef<Share> shares) {
  SmallVector<int64_t> shape;
  for (Share share : shares) {
    shape.push_back(share.size);
  }
  Tensor part(shape);
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> from(index);
    for (auto [at, share] : llvm::zip_equal(from, shares)) {
      at += share.first;
    }
    part[part.position(index)] = whole[whole.position(from)];
  });
  return part;
}

Tensor shardOf(const Tensor &whole, ShardingAttr sharding, MeshAttr mesh,
               int64_t rank) {
  if (!sharding) {
    return whole;
  }
  SmallVector<Share> shares = sharesOf(whole, sharding, mesh, rank);
  return whole.rowOffsets.empty() ? boxOf(whole, shares)
                                  : rowsOf(whole, shares.front());
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
