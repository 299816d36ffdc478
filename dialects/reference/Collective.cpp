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

/// Part `place` of the parts of `shape` along `dim`.
static Tensor partOf(const Tensor &whole, RankedTensorType type, size_t dim,
                     size_t place) {
  Tensor part(type.getShape());
  reference::forEachIndex(part.shape, [&](ArrayRef<int64_t> index) {
    SmallVector<int64_t> from(index);
    from[dim] += int64_t(place) * part.shape[dim];
    part[part.position(index)] = whole[whole.position(from)];
  });
  return part;
}

void ReduceScatterOp::evaluateGroup(
    ArrayRef<std::vector<Tensor>> operands,
    MutableArrayRef<std::vector<Tensor>> results) {
  Tensor total = operands.front().front();
  for (const std::vector<Tensor> &member : operands.drop_front()) {
    for (int64_t i = 0; i < total.size(); ++i) {
      total[i] = reference::combine(getKind(), total[i], member.front()[i]);
    }
  }
  auto type = cast<RankedTensorType>(getY().getType());
  for (auto [place, member] : llvm::enumerate(results)) {
    member = {partOf(total, type, size_t(getDim()), place)};
  }
}

void AllToAllOp::evaluateGroup(ArrayRef<std::vector<Tensor>> operands,
                               MutableArrayRef<std::vector<Tensor>> results) {
  auto x = cast<RankedTensorType>(getX().getType());
  auto y = cast<RankedTensorType>(getY().getType());
  SmallVector<int64_t> shape(x.getShape());
  shape[getSplit()] /= int64_t(operands.size());
  for (auto [place, member] : llvm::enumerate(results)) {
    std::vector<std::vector<Tensor>> arrived;
    for (const std::vector<Tensor> &sender : operands) {
      arrived.push_back(
          {partOf(sender.front(), x.clone(shape), size_t(getSplit()), place)});
    }
    member = {gatherDense(arrived, y, size_t(getConcat()))};
  }
}

void PermuteOp::evaluateGroup(ArrayRef<std::vector<Tensor>> operands,
                              MutableArrayRef<std::vector<Tensor>> results) {
  for (auto [member, sender] : llvm::zip_equal(results, getFrom())) {
    member = operands[size_t(sender)];
  }
}

LogicalResult AwaitOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  llvm::copy(operands.take_front(results.size()), results.begin());
  return success();
}

} // namespace sft
