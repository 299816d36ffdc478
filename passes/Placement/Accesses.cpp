#include "passes/Placement/Accesses.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sft {

plan::BufferOp rootOf(Value memory) {
  auto buffer = memory.getDefiningOp<plan::BufferOp>();
  return buffer.getParent() ? rootOf(buffer.getParent()) : buffer;
}

uint64_t endOf(plan::BufferOp buffer) {
  return buffer.getOffset() + buffer.getBytes();
}

Accesses accessesOf(Operation &op) {
  Accesses result;
  llvm::TypeSwitch<Operation *>(&op)
      .Case([&](plan::LaunchOp launch) {
        for (auto [arg, access] :
             llvm::zip_equal(launch.getArgs(), launch.getAccess())) {
          if (access & 1) {
            result.reads.push_back(arg);
          }
          if (access & 2) {
            result.writes.push_back(arg);
          }
        }
      })
      .Case([&](plan::ContractOp contract) {
        result.reads = {contract.getLhs(), contract.getRhs()};
        if (contract.getBias()) {
          result.reads.push_back(contract.getBias());
        }
        result.writes = {contract.getOut()};
      })
      .Case([&](plan::CollectiveOp collective) {
        result.reads = {collective.getIn()};
        result.writes = {collective.getOut()};
      })
      .Case([&](plan::CopyOp copy) {
        result.reads = {copy.getFrom()};
        result.writes = {copy.getTo()};
      })
      .Case<plan::SendOp, plan::OutputOp>(
          [&](auto op) { result.reads = {op.getBuffer()}; })
      .Case<plan::RecvOp, plan::FillOp>(
          [&](auto op) { result.writes = {op.getBuffer()}; });
  return result;
}

} // namespace sft
