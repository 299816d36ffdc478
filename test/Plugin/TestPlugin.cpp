//===- TestPlugin.cpp - Passes that go wrong, each in its own way ---------===//
#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

namespace {

template <typename Derived>
using TestPass = PassWrapper<Derived, OperationPass<ModuleOp>>;

struct Crash : TestPass<Crash> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Crash)
  StringRef getArgument() const override { return "test-crash"; }
  StringRef getDescription() const override { return "Ends by a signal"; }
  void runOnOperation() override { __builtin_trap(); }
};

struct Fail : TestPass<Fail> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Fail)
  StringRef getArgument() const override { return "test-fail"; }
  StringRef getDescription() const override { return "Fails without a word"; }
  void runOnOperation() override { signalPassFailure(); }
};

struct ForgetSums : TestPass<ForgetSums> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ForgetSums)
  StringRef getArgument() const override { return "test-forget-sums"; }
  StringRef getDescription() const override {
    return "Every rank keeps its own part of each sum";
  }
  void runOnOperation() override {
    getOperation().walk([](sft::AllReduceOp op) {
      op.replaceAllUsesWith(op.getOperands());
      op.erase();
    });
  }
};

struct ForgetGuard : TestPass<ForgetGuard> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ForgetGuard)
  StringRef getArgument() const override { return "test-forget-guard"; }
  StringRef getDescription() const override {
    return "Every rank stops for itself";
  }
  void runOnOperation() override {
    getOperation().walk([](sft::GuardOp op) {
      if (auto sum = op->getOperand(0).getDefiningOp<sft::AllReduceOp>()) {
        op->setOperand(0, sum->getOperand(0));
      }
    });
  }
};

struct ClaimWhole : TestPass<ClaimWhole> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ClaimWhole)
  StringRef getArgument() const override { return "test-claim-whole"; }
  StringRef getDescription() const override {
    return "Partial sums count as whole, as by a wrong rule";
  }
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto all = op->getAttrOfType<ArrayAttr>("sft.shardings")) {
        auto whole = llvm::map_to_vector(all.getAsRange<sft::ShardingAttr>(),
                                         [](auto sharding) -> Attribute {
                                           return sharding.withoutPartial();
                                         });
        op->setAttr("sft.shardings", Builder(op).getArrayAttr(whole));
      }
    });
  }
};

struct SwapOperands : TestPass<SwapOperands> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(SwapOperands)
  StringRef getArgument() const override { return "test-swap-operands"; }
  StringRef getDescription() const override { return "x - y becomes y - x"; }
  void runOnOperation() override {
    getOperation().walk([](sft::SubOp op) {
      if (op.getX().getType() == op.getY().getType()) {
        op->setOperands({op.getY(), op.getX()});
      }
    });
  }
};

struct LeaveSharding : TestPass<LeaveSharding> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LeaveSharding)
  StringRef getArgument() const override { return "test-leave-sharding"; }
  StringRef getDescription() const override {
    return "Breaks what Partition promises";
  }
  void runOnOperation() override {
    Builder builder(&getContext());
    getOperation().walk([&](sft::WriteOp op) {
      op->setAttr("sft.shardings", builder.getArrayAttr({}));
    });
  }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "sft-test", "1", [] {
            PassRegistration<Crash>();
            PassRegistration<Fail>();
            PassRegistration<ForgetSums>();
            PassRegistration<ForgetGuard>();
            PassRegistration<ClaimWhole>();
            PassRegistration<SwapOperands>();
            PassRegistration<LeaveSharding>();
          }};
}
