#include "passes/Partition/Explain.h"
#include "passes/Partition/Passes.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_FORBIDCOLLECTIVES
#include "passes/Partition/Passes.h.inc"

namespace {

static constexpr StringLiteral kKinds[] = {
    "all_reduce", "all_gather", "reduce_scatter", "all_to_all", "permute"};

void attachAvoid(InFlightDiagnostic &error, const Reason &reason) {
  if (!reason.avoid.empty()) {
    error.attachNote() << "to do without: " << reason.avoid;
  }
}

struct ForbidCollectives : impl::ForbidCollectivesBase<ForbidCollectives> {
  using ForbidCollectivesBase::ForbidCollectivesBase;

  void runOnOperation() override {
    for (const std::string &kind : kinds) {
      if (!llvm::is_contained(kKinds, kind)) {
        getOperation().emitError()
            << "cannot forbid \"" << kind << "\"; collectives are "
            << llvm::join(ArrayRef<StringLiteral>(kKinds), ", ");
        return signalPassFailure();
      }
    }
    for (const CollectiveReport &each : reportCollectives(getOperation())) {
      if (each.step == "train" && llvm::is_contained(kinds, each.kind)) {
        InFlightDiagnostic error =
            each.op->emitError()
            << each.kind << " over " << each.axes << ", " << each.bytes
            << " bytes a step, is forbidden: " << each.why;
        attachAvoid(error, each);
        for (const Reason &member : each.members) {
          attachAvoid(error, member);
        }
        signalPassFailure();
      }
    }
  }
};

} // namespace
} // namespace sft
