//===- VerifyPlacement.cpp - Bytes and their owners -----------------------===//
//
// The loader proves the same of the file, byte by byte; here an error still
// knows the op.
//
//===----------------------------------------------------------------------===//
#include "passes/Placement/Accesses.h"
#include "passes/Placement/Passes.h"

#include <map>

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_VERIFYPLACEMENT
#include "passes/Placement/Passes.h.inc"

namespace {

bool isTemporary(plan::BufferOp buffer) {
  return buffer.getKind() == plan::BufferKind::Temporary;
}

/// C2
LogicalResult verifyPlace(plan::BufferOp buffer, plan::ProgramOp program) {
  if (endOf(buffer) > program.getArenaBytes()) {
    return buffer.emitOpError()
           << "ends at byte " << endOf(buffer) << " of an arena of "
           << program.getArenaBytes();
  }
  if (!buffer.getParent()) {
    return success();
  }
  auto parent = buffer.getParent().getDefiningOp<plan::BufferOp>();
  if (buffer.getOffset() < parent.getOffset() ||
      endOf(buffer) > endOf(parent)) {
    return buffer.emitOpError("is not within its parent");
  }
  return success();
}

/// C3: neighbours in order of offsets, of which one is persistent.
LogicalResult verifyPersistent(plan::ProgramOp program) {
  SmallVector<plan::BufferOp> roots;
  for (auto buffer : program.getBody().getOps<plan::BufferOp>()) {
    if (!buffer.getParent()) {
      roots.push_back(buffer);
    }
  }
  llvm::sort(roots, [](plan::BufferOp a, plan::BufferOp b) {
    return std::pair(a.getOffset(), a.getBytes()) <
           std::pair(b.getOffset(), b.getBytes());
  });
  plan::BufferOp furthest;
  for (plan::BufferOp buffer : roots) {
    bool overlaps = furthest && buffer.getOffset() < endOf(furthest);
    if (overlaps && !(isTemporary(buffer) && isTemporary(furthest))) {
      InFlightDiagnostic diagnostic =
          buffer.emitOpError() << "shares bytes with \"" << furthest.getName()
                               << "\", and one of them lives for the whole run";
      diagnostic.attachNote(furthest.getLoc()) << "the other buffer";
      return diagnostic;
    }
    if (!furthest || endOf(buffer) > endOf(furthest)) {
      furthest = buffer;
    }
  }
  return success();
}

/// C4, buffer by buffer: a write to one ends the life of every other temporary
/// in the same bytes. A bucket lives by the writes to its parts.
class LiveBuffers {
public:
  LogicalResult run(plan::FunctionOp function) {
    for (Operation &op : function.getBody().front()) {
      Accesses accesses = accessesOf(op);
      for (Value memory : accesses.reads) {
        if (failed(read(op, memory))) {
          return failure();
        }
      }
      for (Value memory : accesses.writes) {
        write(memory.getDefiningOp<plan::BufferOp>());
      }
    }
    return success();
  }

private:
  LogicalResult read(Operation &op, Value memory) {
    plan::BufferOp root = rootOf(memory);
    if (!isTemporary(root) || isLive(root)) {
      return success();
    }
    InFlightDiagnostic diagnostic =
        op.emitOpError() << "reads \"" << root.getName() << "\", which ";
    plan::BufferOp other = overwrittenBy.lookup(root);
    if (!other) {
      return diagnostic << "nothing has written";
    }
    return diagnostic << "\"" << other.getName() << "\" has overwritten";
  }

  void write(plan::BufferOp buffer) {
    plan::BufferOp root = rootOf(buffer.getMemory());
    if (!isTemporary(root)) {
      return;
    }
    // What lives does not overlap, so that ends are in order as offsets are.
    auto at = live.lower_bound(buffer.getOffset());
    if (at != live.begin() &&
        endOf(std::prev(at)->second) > buffer.getOffset()) {
      --at;
    }
    while (at != live.end() && at->first < int64_t(endOf(buffer))) {
      if (at->second == root) {
        ++at;
      } else {
        overwrittenBy[at->second] = buffer;
        at = live.erase(at);
      }
    }
    live[root.getOffset()] = root;
  }

  bool isLive(plan::BufferOp root) const {
    auto at = live.find(root.getOffset());
    return at != live.end() && at->second == root;
  }

  std::map<int64_t, plan::BufferOp> live; ///< by offset
  DenseMap<Operation *, plan::BufferOp> overwrittenBy;
};

LogicalResult verifyProgram(plan::ProgramOp program) {
  for (auto buffer : program.getBody().getOps<plan::BufferOp>()) {
    if (failed(verifyPlace(buffer, program))) {
      return failure();
    }
  }
  if (failed(verifyPersistent(program))) {
    return failure();
  }
  // Functions stand in the order of a run; an update goes on with what the
  // gradients left.
  LiveBuffers buffers;
  for (auto function : program.getBody().getOps<plan::FunctionOp>()) {
    if (failed(buffers.run(function)) || failed(verifyStreams(function))) {
      return failure();
    }
  }
  return success();
}

struct VerifyPlacement : impl::VerifyPlacementBase<VerifyPlacement> {
  void runOnOperation() override {
    bool any = false;
    for (Operation &op : *getOperation().getBody()) {
      if (isa<StepOp, VariableOp>(op)) { // C1
        op.emitOpError("is left after memory planning");
        return signalPassFailure();
      }
      auto program = dyn_cast<plan::ProgramOp>(op);
      any |= bool(program);
      if (program && failed(verifyProgram(program))) {
        return signalPassFailure();
      }
    }
    if (!any) {
      getOperation().emitError("has no plan.program");
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace sft
