#include "dialects/reference/Philox.h"
#include "dialects/sft/Sft.h"

using namespace mlir;
using sft::reference::forEachIndex;
using sft::reference::Tensor;

namespace sft::reference {

/// Multiplies two words of the counter and swaps the halves of the products
/// across, the high ones mixed with the other two words and the key.
static std::array<uint32_t, 4> philoxRound(std::array<uint32_t, 4> x,
                                           std::array<uint32_t, 2> key) {
  uint64_t p = uint64_t(0xD2511F53) * x[0], q = uint64_t(0xCD9E8D57) * x[2];
  return {uint32_t(q >> 32) ^ x[1] ^ key[0], uint32_t(q),
          uint32_t(p >> 32) ^ x[3] ^ key[1], uint32_t(p)};
}

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    counter = philoxRound(counter, key);
    key[0] += 0x9E3779B9; // golden ratio
    key[1] += 0xBB67AE85; // sqrt(3) - 1
  }
  return counter;
}

} // namespace sft::reference

namespace sft {

static uint32_t lowWord(int64_t x) { return uint32_t(uint64_t(x)); }
static uint32_t highWord(int64_t x) { return uint32_t(uint64_t(x) >> 32); }

LogicalResult RandomUniformOp::evaluate(ArrayRef<Tensor> operands,
                                        MutableArrayRef<Tensor> results) {
  Tensor &y = results[0];
  auto seed = int64_t(operands[0][0]), step = int64_t(operands[1][0]);
  auto stream = uint32_t(highWord(step) + getStream() + (getWord() << 30));
  ArrayRef<int64_t> whole = getGlobalShape().value_or(y.shape);
  forEachIndex(y.shape, [&](ArrayRef<int64_t> at) {
    int64_t index = 0;
    for (size_t d = 0; d < at.size(); ++d) {
      double offset = getOffsets().empty() ? 0 : operands[2 + d][0];
      index = index * whole[d] + at[d] + int64_t(offset);
    }
    uint32_t bits = reference::philox4x32(
        {lowWord(index), highWord(index), lowWord(step), stream},
        {lowWord(seed), highWord(seed)})[0];
    y[y.position(at)] = (double(bits >> 9) + 0.5) / double(1 << 23);
  });
  return success();
}

} // namespace sft
