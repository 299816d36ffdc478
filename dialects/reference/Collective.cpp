#include "dialects/reference/Shards.h"

using namespace mlir;

namespace sft {

using reference::Tensor;

void AllReduceOp::evaluateGroup(ArrayRef<std::vector<Tensor>> operands,
                                MutableArrayRef<std::vector<Tensor>> results) {
  std::vector<Tensor> total = operands.front();
  for (const std::vector<Tensor> &member : operands.drop_front()) {
    for (auto [sum, part] : llvm::zip_equal(total, member)) {
      for (int64_t i = 0; i < sum.size(); ++i) {
        sum[i] = reference::combine(getKind(), sum[i], part[i]);
      }
    }
  }
  llvm::fill(results, total);
}

/// Appends the rows of a CSR batch. A reference value has one row after the
/// other; that the type says "in blocks" concerns buffers alone.
static void appendRows(Tensor &all, const Tensor &part) {
  int64_t stored = int64_t(all.data.size());
  for (int64_t end : ArrayRef(part.rowOffsets).drop_front()) {
    all.rowOffsets.push_back(stored + end);
  }
  llvm::append_range(all.columns, part.columns);
  llvm::append_range(all.data, part.data);
}

static Tensor gatherRows(ArrayRef<std::vector<Tensor>> parts, CsrType type) {
  Tensor all;
  all.shape = type.getShape();
  all.rowOffsets = {0};
  for (const std::vector<Tensor> &part : parts) {
    appendRows(all, part.front());
  }
  return all;
}

static Tensor gatherDense(ArrayRef<std::vector<Tensor>> parts,
                          RankedTensorType type, size_t dim) {
  Tensor all(type.getShape());
  for (auto [place, part] : llvm::enumerate(parts)) {
    const Tensor &shard = part.front();
    reference::forEachIndex(shard.shape, [&](ArrayRef<int64_t> index) {
      SmallVector<int64_t> whole(index);
      whole[dim] += int64_t(place) * shard.shape[dim];
      all[all.position(whole)] = shard[shard.position(index)];
    });
  }
  return all;
}

void AllGatherOp::evaluateGroup(ArrayRef<std::vector<Tensor>> operands,
                                MutableArrayRef<std::vector<Tensor>> results) {
  auto csr = dyn_cast<CsrType>(getY().getType());
  Tensor all =
      csr ? gatherRows(operands, csr)
          : gatherDense(operands, cast<RankedTensorType>(getY().getType()),
                        size_t(getDim()));
  llvm::fill(results, std::vector<Tensor>{all});
}

} // namespace sft
