//===- LimitIndices.cpp - Which inputs are indices ------------------------===//
#include "passes/Training/Passes.h"

#include "dialects/sft/Sft.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_LIMITINDICES
#include "passes/Training/Passes.h.inc"

namespace {

using LimitsOfInputs = llvm::StringMap<IndexLimits>;

void collect(StepOp step, LimitsOfInputs &inputs) {
  auto limits = findIndexLimits(step.getBody().front());
  for (auto [name, input] :
       llvm::zip_equal(step.getInputNames().getAsValueRange<StringAttr>(),
                       step.getBody().getArguments())) {
    if (auto found = limits.find(input); found != limits.end()) {
      inputs[name].merge(found->second);
    }
  }
}

void annotate(StepOp step, const LimitsOfInputs &inputs) {
  bool isLimited = false;
  SmallVector<Attribute> limits;
  for (StringRef name : step.getInputNames().getAsValueRange<StringAttr>()) {
    IndexLimits ofInput = inputs.lookup(name);
    isLimited |= !ofInput.empty();
    limits.push_back(DenseI64ArrayAttr::get(step.getContext(), ofInput.get()));
  }
  if (isLimited) {
    step.setIndexLimitsAttr(ArrayAttr::get(step.getContext(), limits));
  }
}

struct LimitIndicesPass : impl::LimitIndicesBase<LimitIndicesPass> {
  void runOnOperation() override {
    LimitsOfInputs inputs;
    for (auto step : getOperation().getOps<StepOp>()) {
      collect(step, inputs);
    }
    for (auto step : getOperation().getOps<StepOp>()) {
      annotate(step, inputs);
    }
  }
};

} // namespace
} // namespace sft
