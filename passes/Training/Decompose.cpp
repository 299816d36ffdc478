#include "passes/Training/Passes.h"

#include "dialects/sft/Sft.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_DECOMPOSE
#include "passes/Training/Passes.h.inc"

namespace {

/// Replaces `op`; returns the first op of what replaces it, or what follows.
Operation *decompose(DecomposableOpInterface op) {
  Block *block = op->getBlock();
  Operation *previous = op->getPrevNode();
  OpBuilder builder(op);
  op->replaceAllUsesWith(op.decompose(builder));
  op->erase();
  if (previous) {
    return previous->getNextNode();
  }
  return block->empty() ? nullptr : &block->front();
}

struct DecomposePass : impl::DecomposeBase<DecomposePass> {
  void runOnOperation() override {
    Block &body = getOperation().getBody().front();
    Operation *op = body.empty() ? nullptr : &body.front();
    while (op) {
      auto surface = dyn_cast<DecomposableOpInterface>(op);
      op = surface ? decompose(surface) : op->getNextNode();
    }
  }
};

} // namespace
} // namespace sft
