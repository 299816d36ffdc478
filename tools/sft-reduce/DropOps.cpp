#include "tools/sft-reduce/DropOps.h"

#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Reducer/Tester.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

using namespace mlir;

namespace sft {

namespace {

SmallVector<Operation *> opsOf(ModuleOp module) {
  SmallVector<Operation *> ops;
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op != module && !op->hasTrait<OpTrait::IsTerminator>()) {
      ops.push_back(op);
    }
  });
  return ops;
}

/// What may stand for `value`, or null.
Value substituteOf(Value value) {
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands()) {
    if (operand.getType() == value.getType()) {
      return operand;
    }
  }
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || isa<ConstantOp>(op)) {
    return nullptr;
  }
  OpBuilder builder(op);
  return buildConstant(builder, op->getLoc(), type, 1.0);
}

LogicalResult drop(Operation *op) {
  for (Value result : op->getResults()) {
    if (result.use_empty()) {
      continue;
    }
    Value substitute = substituteOf(result);
    if (!substitute) {
      return failure();
    }
    result.replaceAllUsesWith(substitute);
  }
  op->erase();
  return success();
}

/// `module` without its op number `i`, if the fault is still there.
OwningOpRef<ModuleOp> without(ModuleOp module, size_t i, const Tester &tester) {
  OwningOpRef<ModuleOp> smaller = module.clone();
  // An attempt that is not valid any more is none, and no news.
  ScopedDiagnosticHandler quiet(module.getContext(),
                                [](Diagnostic &) { return success(); });
  bool isInteresting =
      succeeded(drop(opsOf(*smaller)[i])) && succeeded(verify(*smaller)) &&
      tester.isInteresting(*smaller).first == Tester::Interestingness::True;
  return isInteresting ? std::move(smaller) : nullptr;
}

struct DropOps : PassWrapper<DropOps, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DropOps)

  DropOps() = default;
  DropOps(const DropOps &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "sft-drop-ops"; }
  StringRef getDescription() const override {
    return "Does without ops as long as the test finds the fault";
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto script = llvm::sys::findProgramByName(test);
    if (!script || !llvm::sys::fs::can_execute(*script)) {
      module.emitError() << "cannot run the test \"" << test << '"';
      return signalPassFailure();
    }
    Tester tester(*script, {});
    if (tester.isInteresting(module).first != Tester::Interestingness::True) {
      module.emitError() << "the test \"" << test
                         << "\" does not end with status 1 for the input";
      return signalPassFailure();
    }
    while (dropOnce(module, tester)) {
    }
  }

private:
  /// True if an op has gone.
  static bool dropOnce(ModuleOp module, const Tester &tester) {
    bool any = false;
    for (size_t i = opsOf(module).size(); i-- > 0;) {
      // An op may take those in its region along.
      if (i >= opsOf(module).size()) {
        continue;
      }
      if (OwningOpRef<ModuleOp> smaller = without(module, i, tester)) {
        module.getBodyRegion().takeBody(smaller->getBodyRegion());
        any = true;
      }
    }
    return any;
  }

  Option<std::string> test{*this, "test",
                           llvm::cl::desc("script that ends with status 1 "
                                          "where the file shows the fault")};
};

} // namespace

void registerDropOps() { PassRegistration<DropOps>(); }

} // namespace sft
