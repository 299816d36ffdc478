#include "Virtual.h"

#include <cmath>

using namespace mlir;

namespace sft {

MLIRContext &testContext() {
  static MLIRContext instance(MLIRContext::Threading::DISABLED);
  instance.loadDialect<SftDialect>();
  return instance;
}

MeshAttr meshOf(ArrayRef<StringRef> names, ArrayRef<int64_t> sizes) {
  auto all = llvm::map_to_vector(names, [](StringRef name) {
    return StringAttr::get(&testContext(), name);
  });
  return MeshAttr::get(&testContext(), all, sizes);
}

void expectSame(const reference::Tensor &actual,
                const reference::Tensor &expected) {
  ASSERT_EQ(actual.shape, expected.shape);
  double scale = 1;
  for (double value : expected.data) {
    scale = std::fmax(scale, std::isfinite(value) ? std::fabs(value) : 0);
  }
  for (int64_t i = 0; i < expected.size(); ++i) {
    bool same = actual[i] == expected[i] ||
                (std::isnan(actual[i]) && std::isnan(expected[i])) ||
                std::fabs(actual[i] - expected[i]) <= 1e-12 * scale;
    ASSERT_TRUE(same) << "element " << i << " is " << actual[i] << ", expected "
                      << expected[i];
  }
}

} // namespace sft
