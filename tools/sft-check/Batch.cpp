#include "Batch.h"

#include "dialects/reference/Philox.h"
#include "dialects/reference/RandomInput.h"

#include "llvm/Support/xxhash.h"

using namespace mlir;

namespace sft {

using namespace reference;

/// Below this lie integers that are no indices.
static constexpr int64_t kNoIndices = 1 << 10;

NamedTensors randomBatch(ModelOp model, int64_t seed, int64_t step) {
  NamedTensors batch;
  auto limits = findIndexLimits(model.getBody().front());
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
    int64_t limit = limits.lookup(input).smallest();
    batch[name.str()] = randomInput(
        input.getType(), {-1.0, 1.0, limit ? limit : kNoIndices}, uniform);
  }
  return batch;
}

} // namespace sft
