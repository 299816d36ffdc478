#include "Batch.h"

#include "dialects/reference/Philox.h"
#include "dialects/reference/RandomInput.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace sft {

using namespace reference;

static int64_t limitOf(Value value);

/// How many values `use` admits.
static int64_t limitOf(OpOperand &use) {
  auto classes = [](auto op) {
    return op.getPrediction().getType().getShape().back();
  };
  return TypeSwitch<Operation *, int64_t>(use.getOwner())
      .Case<SoftmaxCrossEntropyOp, AccuracyOp>(classes)
      .Case(
          [](EmbeddingOp op) { return op.getTable().getType().getDimSize(0); })
      .Case<ReshapeOp, TransposeOp, SliceOp>(
          [](auto op) { return limitOf(op->getResult(0)); })
      .Default(int64_t(1) << 10);
}

static int64_t limitOf(Value value) {
  int64_t limit = int64_t(1) << 10;
  for (OpOperand &use : value.getUses()) {
    limit = std::min(limit, limitOf(use));
  }
  return limit;
}

NamedTensors randomBatch(ModelOp model, int64_t seed, int64_t step) {
  NamedTensors batch;
  for (auto [name, input] :
       llvm::zip_equal(model.getInputNames().getAsValueRange<StringAttr>(),
                       model.getBody().getArguments())) {
    auto stream = uint32_t(llvm::xxh3_64bits(name));
    uint32_t drawn = 0;
    auto uniform = [&] {
      return philox4x32({drawn++, 0, uint32_t(step), stream},
                        {uint32_t(seed), uint32_t(seed >> 32)})[0] *
             0x1p-32;
    };
    batch[name.str()] =
        randomInput(input.getType(), {-1.0, 1.0, limitOf(input)}, uniform);
  }
  return batch;
}

} // namespace sft
