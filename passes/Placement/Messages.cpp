#include "passes/Placement/Messages.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace sft {

SmallVector<int64_t> coordinatesOf(MeshAttr mesh, int64_t rank) {
  SmallVector<int64_t> result(mesh.getSizes());
  for (int64_t &size : llvm::reverse(result)) {
    int64_t coordinate = rank % size;
    rank /= size;
    size = coordinate;
  }
  return result;
}

bool isRunBy(plan::ProgramOp program, MeshAttr mesh,
             ArrayRef<int64_t> coordinates) {
  std::optional<DictionaryAttr> role = program.getRole();
  return !role || llvm::all_of(role->getValue(), [&](NamedAttribute at) {
    int64_t axis = mesh.indexOf(at.getName());
    auto place = dyn_cast<IntegerAttr>(at.getValue());
    return axis >= 0 && place && place.getInt() == coordinates[size_t(axis)];
  });
}

Message Message::of(Operation *op, int64_t microbatch) {
  auto typeOf = [](Value memory) { return cast<MemRefType>(memory.getType()); };
  Message result{.microbatch = microbatch};
  llvm::TypeSwitch<Operation *>(op)
      .Case<plan::SendOp, plan::RecvOp>([&](auto message) {
        result.op = op;
        result.axes = message.getAxes();
        result.peer = int64_t(message.getPeer());
        result.tag = int64_t(message.getTag());
        result.in = typeOf(message.getBuffer());
      })
      .Case([&](plan::CollectiveOp all) {
        result.op = op;
        result.axes = all.getAxes();
        result.peer = int64_t(all.getRoot());
        result.tag = int64_t(all.getTag());
        result.in = typeOf(all.getIn());
        result.out = typeOf(all.getOut());
      });
  return result;
}

bool Message::isPartnerOf(const Message &other) const {
  if (isCollective() || other.isCollective()) {
    return isCollective() && other.isCollective();
  }
  return isa<plan::SendOp>(op) != isa<plan::SendOp>(other.op);
}

/// Shapes need not agree, only their sizes: each side has its own view.
static bool sameSize(MemRefType a, MemRefType b) {
  return bool(a) == bool(b) &&
         (!a || (a.getElementType() == b.getElementType() &&
                 a.getNumElements() == b.getNumElements()));
}

bool Message::fits(const Message &other) const {
  if (axes != other.axes || tag != other.tag ||
      microbatch != other.microbatch || !sameSize(in, other.in) ||
      !sameSize(out, other.out)) {
    return false;
  }
  auto mine = dyn_cast<plan::CollectiveOp>(op);
  if (!mine) {
    return true; // each side names the other as its peer
  }
  auto theirs = cast<plan::CollectiveOp>(other.op);
  return peer == other.peer && mine.getKind() == theirs.getKind() &&
         mine.getReduce() == theirs.getReduce() &&
         mine.getFrom() == theirs.getFrom();
}

bool Message::looksLike(const Message &other) const {
  return op->getName() == other.op->getName() && peer == other.peer &&
         fits(other);
}

static void append(plan::FunctionOp function, int64_t microbatch,
                   SmallVector<Message> &messages) {
  for (Operation &op : function.getBody().front()) {
    if (auto call = dyn_cast<plan::CallOp>(op)) {
      append(SymbolTable::lookupNearestSymbolFrom<plan::FunctionOp>(
                 call, call.getFunctionAttr()),
             int64_t(call.getMicrobatch()), messages);
    } else if (Message message = Message::of(&op, microbatch); message.op) {
      messages.push_back(message);
    }
  }
}

SmallVector<Message> messagesOf(plan::ProgramOp program,
                                plan::EntryKind entry) {
  SmallVector<Message> messages;
  for (auto each : program.getBody().getOps<plan::EntryOp>()) {
    if (each.getKind() == entry) {
      append(SymbolTable::lookupNearestSymbolFrom<plan::FunctionOp>(
                 each, each.getFunctionAttr()),
             0, messages);
    }
  }
  return messages;
}

std::string textOf(const Message &message, MeshAttr mesh) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (auto all = dyn_cast<plan::CollectiveOp>(message.op)) {
    os << plan::stringifyCollectiveKind(all.getKind()) << " "
       << stringifyReduceKind(all.getReduce());
  } else {
    os << message.op->getName().stripDialect();
  }
  os << " of " << message.in;
  if (message.out && message.out != message.in) {
    os << " to " << message.out;
  }
  if (auto all = dyn_cast<plan::CollectiveOp>(message.op);
      all && !all.getFrom().empty()) {
    os << " from [";
    llvm::interleaveComma(all.getFrom(), os);
    os << "]";
  }
  os << " over \"" << mesh.nameOf(message.axes) << "\", "
     << (message.isCollective() ? "root " : "peer ") << message.peer << ", tag "
     << message.tag << ", microbatch " << message.microbatch;
  return text;
}

} // namespace sft
