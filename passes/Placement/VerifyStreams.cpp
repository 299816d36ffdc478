//===- VerifyStreams.cpp - No two streams in the same bytes ---------------===//
//
// Each stream knows how many instructions of every other one have ended: what
// the event says that it has waited for last. It may touch nothing that a later
// instruction of another stream writes, and write nothing that one reads.
//
//===----------------------------------------------------------------------===//
#include "passes/Placement/Accesses.h"

#include "llvm/ADT/MapVector.h"

#include <map>

using namespace mlir;

namespace sft {
namespace {

/// By stream: how many of its instructions have ended.
using Clock = std::map<int64_t, size_t>;

int64_t streamOf(Operation &op) {
  auto stream = op.getAttrOfType<IntegerAttr>("stream");
  return stream ? stream.getInt() : 0;
}

/// A buffer, and its bytes of the arena.
struct Range {
  plan::BufferOp buffer;
  uint64_t begin, end;
};

SmallVector<Range> rangesOf(ArrayRef<Value> buffers) {
  return llvm::map_to_vector(buffers, [](Value value) {
    auto buffer = value.getDefiningOp<plan::BufferOp>();
    return Range{buffer, uint64_t(buffer.getOffset()), endOf(buffer)};
  });
}

/// A buffer of `a` that one of `b` shares bytes with; null if there is none.
plan::BufferOp meet(ArrayRef<Range> a, ArrayRef<Range> b) {
  for (const Range &mine : a) {
    for (const Range &theirs : b) {
      if (mine.begin < theirs.end && theirs.begin < mine.end) {
        return mine.buffer;
      }
    }
  }
  return {};
}

class Streams {
public:
  LogicalResult visit(Operation &op);

private:
  LogicalResult wait(plan::WaitOp op);
  LogicalResult checkCommunication(Operation &op);
  LogicalResult check(Operation &op);

  struct Done {
    Operation *op;
    SmallVector<Range> reads, writes;
  };
  std::map<int64_t, std::vector<Done>> done; ///< by stream
  std::map<int64_t, Clock> known;            ///< by stream
  std::map<int64_t, Clock> recorded;         ///< by event
  Operation *message = nullptr;              ///< the first one
};

LogicalResult Streams::wait(plan::WaitOp op) {
  auto event = recorded.find(int64_t(op.getEvent()));
  if (event == recorded.end()) {
    return op.emitOpError() << "waits for event " << op.getEvent()
                            << ", which nothing has recorded";
  }
  Clock &mine = known[streamOf(*op)];
  for (auto [stream, count] : event->second) {
    mine[stream] = std::max(mine[stream], count);
  }
  return success();
}

LogicalResult Streams::checkCommunication(Operation &op) {
  if (!isa<plan::CollectiveOp, plan::SendOp, plan::RecvOp>(op)) {
    return success();
  }
  message = message ? message : &op;
  if (streamOf(*message) == streamOf(op)) {
    return success();
  }
  InFlightDiagnostic diagnostic = op.emitOpError()
                                  << "communicates on stream " << streamOf(op)
                                  << ", another instruction on stream "
                                  << streamOf(*message)
                                  << ": their order would be left to chance";
  diagnostic.attachNote(message->getLoc()) << "the other one";
  return diagnostic;
}

LogicalResult Streams::check(Operation &op) {
  Accesses accesses = accessesOf(op);
  Done mine = {&op, rangesOf(accesses.reads), rangesOf(accesses.writes)};
  int64_t stream = streamOf(op);
  for (auto &[other, list] : done) {
    if (other == stream) {
      continue;
    }
    for (const Done &theirs : ArrayRef(list).drop_front(known[stream][other])) {
      plan::BufferOp buffer = meet(mine.writes, theirs.writes);
      buffer = buffer ? buffer : meet(mine.writes, theirs.reads);
      buffer = buffer ? buffer : meet(mine.reads, theirs.writes);
      if (buffer) {
        InFlightDiagnostic diagnostic =
            op.emitOpError() << "touches bytes of \"" << buffer.getName()
                             << "\" on stream " << stream << " while stream "
                             << other << " may: no event orders the two";
        diagnostic.attachNote(theirs.op->getLoc()) << "the other one";
        return diagnostic;
      }
    }
  }
  done[stream].push_back(std::move(mine));
  return success();
}

LogicalResult Streams::visit(Operation &op) {
  int64_t stream = streamOf(op);
  if (auto record = dyn_cast<plan::RecordOp>(op)) {
    Clock now = known[stream];
    now[stream] = done[stream].size();
    recorded[int64_t(record.getEvent())] = std::move(now);
    return success();
  }
  if (auto wait = dyn_cast<plan::WaitOp>(op)) {
    return this->wait(wait);
  }
  return failed(checkCommunication(op)) ? failure() : check(op);
}

} // namespace

LogicalResult verifyStreams(plan::FunctionOp function) {
  Streams streams;
  for (Operation &op : function.getBody().front()) {
    if (failed(streams.visit(op))) {
      return failure();
    }
  }
  return success();
}

} // namespace sft
