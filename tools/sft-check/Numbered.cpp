#include "Numbered.h"

using namespace mlir;

namespace sft {

/// Numbers the ops of a step; partitioning copies an op with its attributes.
static constexpr char kNumber[] = "sft.check.number";

static SmallVector<Operation *> numberOps(StepOp step) {
  SmallVector<Operation *> ops;
  Builder builder(step.getContext());
  for (Operation &op : step.getBody().front()) {
    op.setAttr(kNumber, builder.getI64IntegerAttr(int64_t(ops.size())));
    ops.push_back(&op);
  }
  return ops;
}

FailureOr<Numbered> Numbered::compile(ModuleOp model, StepKind kind,
                                      const CompilerOptions &options) {
  WithoutWarnings told(model.getContext());
  FailureOr<Program> sharded = Program::compile(model, kSharded, options);
  if (failed(sharded)) {
    return failure();
  }
  SmallVector<Operation *> ops = numberOps(sharded->getStep(kind));
  FailureOr<Program> parts =
      Program::compile(sharded->getModule(), {Phase::Partition}, options);
  if (failed(parts)) {
    return failure();
  }
  return Numbered{std::move(*sharded), std::move(*parts), std::move(ops)};
}

Value Numbered::wholeOf(Value local) const {
  auto result = dyn_cast<OpResult>(local);
  auto number =
      result ? result.getOwner()->getAttrOfType<IntegerAttr>(kNumber) : nullptr;
  return number
             ? ops[size_t(number.getInt())]->getResult(result.getResultNumber())
             : Value();
}

} // namespace sft
