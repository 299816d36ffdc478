#include "dialects/sft/Sft.h"
#include "passes/Codegen/Passes.h"
#include "passes/Codegen/SmallKernels.h"

#include "llvm/ADT/SmallSet.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_ASSIGNINPLACE
#include "passes/Codegen/Passes.h.inc"

namespace {

/// The variable that gets `result`, if that is all that happens to it.
StringRef variableWritten(Value result) {
  for (Operation *user : result.getUsers()) {
    if (auto write = dyn_cast<WriteOp>(user)) {
      return write.getVariable();
    }
  }
  return {};
}

/// Inputs and runtime scalars stay as written; a variable's buffer goes to its
/// next value only, and that one has no better place.
bool mayTake(Value buffer, Value result) {
  Operation *def = buffer.getDefiningOp();
  StringRef target = variableWritten(result);
  if (auto read = dyn_cast_if_present<ReadOp>(def)) {
    return read.getVariable() == target;
  }
  return isa_and_present<KernelOp, ContractOp, FillOp, CollectiveOpInterface>(
             def) &&
         target.empty();
}

bool isIdentityAt(AffineMap map) { return map && map.isIdentity(); }

/// True if every read of the argument is at the element that the loop is at.
bool readsInStep(BlockArgument argument) {
  for (OpOperand &use : argument.getUses()) {
    auto loop = dyn_cast<LoopOpInterface>(use.getOwner());
    if (isa<KernelYieldOp>(use.getOwner())) {
      return false;
    }
    bool inStep =
        loop && isIdentityAt(loop.getOperandMap(use.getOperandNumber()));
    if (!inStep) {
      return false;
    }
  }
  return true;
}

bool writesInStep(KernelOp kernel, unsigned result) {
  Value yielded = kernel.getBody().front().getTerminator()->getOperand(result);
  auto loop = yielded.getDefiningOp<LoopOpInterface>();
  return loop && !loop.getReduction() && !loop.getUpdatedOperand() &&
         isIdentityAt(loop.getResultMap(0));
}

/// True if another operand is a view of the same buffer.
bool hasAlias(KernelOp kernel, unsigned operand) {
  Value buffer = bufferOf(kernel.getOperand(operand));
  for (unsigned i = 0; i < kernel.getNumOperands(); ++i) {
    if (i != operand && bufferOf(kernel.getOperand(i)) == buffer) {
      return true;
    }
  }
  return false;
}

/// The argument that a result must share, because the op updates it in place.
std::optional<unsigned> updatedArgument(KernelOp kernel, unsigned result) {
  Value yielded = kernel.getBody().front().getTerminator()->getOperand(result);
  auto loop = yielded.getDefiningOp<LoopOpInterface>();
  if (!loop || !loop.getUpdatedOperand()) {
    return std::nullopt;
  }
  Value table = loop->getOperand(*loop.getUpdatedOperand());
  return cast<BlockArgument>(table).getArgNumber();
}

/// An updated table that is still needed is copied first.
void provideTable(KernelOp kernel, unsigned operand, unsigned result) {
  Value table = kernel.getOperand(operand);
  if (!hasAlias(kernel, operand) && endsAt(table, kernel) &&
      mayTake(bufferOf(table), kernel.getResult(result))) {
    return;
  }
  OpBuilder builder(kernel);
  Value copy = buildKernel(builder, kernel.getLoc(), table,
                           [&](Formula f, ValueRange v) {
                             return f.op<BroadcastOp>(table.getType(), v[0]);
                           });
  kernel->setOperand(operand, copy);
}

void assign(KernelOp kernel) {
  SmallVector<int64_t> pairs;
  llvm::SmallSet<unsigned, 4> taken;
  for (unsigned r = 0; r < kernel.getNumResults(); ++r) {
    if (auto operand = updatedArgument(kernel, r)) {
      provideTable(kernel, *operand, r);
      taken.insert(*operand);
      pairs.append({int64_t(*operand), int64_t(r)});
      continue;
    }
    if (!writesInStep(kernel, r)) {
      continue;
    }
    for (unsigned i = 0; i < kernel.getNumOperands(); ++i) {
      Value operand = kernel.getOperand(i), buffer = bufferOf(operand);
      if (operand.getType() == kernel.getResult(r).getType() &&
          !taken.contains(i) && mayTake(buffer, kernel.getResult(r)) &&
          endsAt(buffer, kernel) && !hasAlias(kernel, i) &&
          readsInStep(kernel.getBody().getArgument(i))) {
        taken.insert(i);
        pairs.append({int64_t(i), int64_t(r)});
        break;
      }
    }
  }
  kernel.setInPlace(pairs);
}

struct AssignInPlace : impl::AssignInPlaceBase<AssignInPlace> {
  void runOnOperation() override {
    SmallVector<KernelOp> kernels;
    getOperation().walk([&](KernelOp kernel) { kernels.push_back(kernel); });
    for (KernelOp kernel : kernels) {
      assign(kernel);
    }
  }
};

} // namespace
} // namespace sft
