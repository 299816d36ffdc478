#include "dialects/sft/Sft.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace sft {

/// 0 is no limit.
static int64_t tighter(int64_t a, int64_t b) {
  return a && b ? std::min(a, b) : std::max(a, b);
}

IndexLimits::IndexLimits(ArrayRef<int64_t> ofRow) : limits(ofRow) {
  if (!limits.empty() && llvm::all_equal(limits)) {
    limits.truncate(limits.front() ? 1 : 0);
  }
}

int64_t IndexLimits::smallest() const {
  return llvm::accumulate(limits, int64_t(0), tighter);
}

void IndexLimits::merge(const IndexLimits &other) {
  SmallVector<int64_t> merged(std::max(limits.size(), other.limits.size()));
  for (auto [i, limit] : llvm::enumerate(merged)) {
    limit = tighter(of(int64_t(i)), other.of(int64_t(i)));
  }
  *this = IndexLimits(merged);
}

DenseMap<Value, IndexLimits> findIndexLimits(Block &block) {
  DenseMap<Value, IndexLimits> found;
  for (Operation &op : llvm::reverse(block)) {
    auto indexing = dyn_cast<IndexingOpInterface>(op);
    if (!indexing) {
      continue;
    }
    IndexLimits ofResult = found.lookup(op.getResult(0));
    for (OpOperand &operand : op.getOpOperands()) {
      IndexLimits limits = indexing.getIndexLimits(operand, ofResult);
      if (!limits.empty()) {
        found[operand.get()].merge(limits);
      }
    }
  }
  return found;
}

/// Calls `visit` with the place of each of the box's elements in a row of the
/// part and in a row of the whole.
static void forEachInRow(const Box &box,
                         llvm::function_ref<void(int64_t, int64_t)> visit) {
  ArrayRef<int64_t> part = box.part.drop_front();
  SmallVector<int64_t> inPart = computeStrides(part);
  SmallVector<int64_t> inWhole = computeStrides(box.whole.drop_front());
  for (int64_t i = 0; i < computeProduct(part); ++i) {
    SmallVector<int64_t> at = delinearize(i, inPart);
    for (auto [position, offset] :
         llvm::zip_equal(at, box.offsets.drop_front())) {
      position += offset;
    }
    visit(i, linearize(at, inWhole));
  }
}

IndexLimits limitsOfPart(const IndexLimits &whole, const Box &box) {
  if (whole.isUniform()) {
    return whole;
  }
  SmallVector<int64_t> limits(size_t(computeProduct(box.part.drop_front())));
  forEachInRow(box, [&](int64_t inPart, int64_t inWhole) {
    limits[size_t(inPart)] = whole.of(inWhole);
  });
  return IndexLimits(limits);
}

IndexLimits limitsOfWhole(const IndexLimits &part, const Box &box) {
  if (part.empty()) {
    return {};
  }
  SmallVector<int64_t> limits(size_t(computeProduct(box.whole.drop_front())));
  forEachInRow(box, [&](int64_t inPart, int64_t inWhole) {
    limits[size_t(inWhole)] = part.of(inPart);
  });
  return IndexLimits(limits);
}

} // namespace sft
