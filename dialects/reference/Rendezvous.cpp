//===- Rendezvous.cpp - How virtual ranks wait for each other -------------===//
#include "dialects/reference/Ranks.h"
#include "dialects/sft/Collective.h"

using namespace mlir;

namespace sft::reference {

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// How far apart neighbours on `axis` are numbered.
static int64_t strideOf(MeshAttr mesh, int64_t axis) {
  return llvm::product_of(mesh.getSizes().drop_front(size_t(axis) + 1),
                          int64_t(1));
}

int64_t coordinateOf(MeshAttr mesh, int64_t rank, int64_t axis) {
  return rank / strideOf(mesh, axis) % mesh.getSizes()[size_t(axis)];
}

SmallVector<int64_t> groupOf(MeshAttr mesh, ArrayRef<int64_t> axes,
                             int64_t rank) {
  SmallVector<int64_t> group = {rank};
  for (int64_t axis : axes) {
    group[0] -= coordinateOf(mesh, rank, axis) * strideOf(mesh, axis);
  }
  for (int64_t axis : axes) {
    SmallVector<int64_t> wider;
    for (int64_t member : group) {
      for (int64_t i = 0; i < mesh.getSizes()[size_t(axis)]; ++i) {
        wider.push_back(member + i * strideOf(mesh, axis));
      }
    }
    group = wider;
  }
  return group;
}

static LogicalResult verifyAxes(CollectiveOpInterface op, MeshAttr mesh) {
  int64_t numAxes = mesh ? int64_t(mesh.getSizes().size()) : 0;
  for (int64_t axis : op.getAxes()) {
    if (axis < 0 || axis >= numAxes) {
      return op->emitOpError() << "communicates over mesh axis " << axis
                               << ", but the mesh has " << numAxes << " axes";
    }
  }
  return verifySenders(op, mesh);
}

//===----------------------------------------------------------------------===//
// Meeting
//===----------------------------------------------------------------------===//

LogicalResult Ranks::enter(size_t rank, CollectiveOpInterface op) {
  if (failed(verifyAxes(op, mesh))) {
    return failure();
  }
  SmallVector<int64_t> group = groupOf(mesh, op.getAxes(), int64_t(rank));
  visits[rank] = {op, group, machines[rank].take(op), clock.getNow()};
  clock.stop(rank);
  return isComplete(group) ? meet(group) : success();
}

/// All members wait for the same ranks.
bool Ranks::isComplete(ArrayRef<int64_t> group) const {
  return llvm::all_of(group, [&](int64_t member) {
    const std::optional<Visit> &visit = visits[size_t(member)];
    return visit &&
           std::is_permutation(group.begin(), group.end(), visit->group.begin(),
                               visit->group.end());
  });
}

/// What the members of a group have to agree in.
static bool matches(Operation *a, Operation *b) {
  auto attributesOf = [](Operation *op) {
    NamedAttrList attributes(op->getAttrDictionary());
    attributes.erase("why"); // a text for people
    return attributes.getDictionary(op->getContext());
  };
  return a == b || (a->getName() == b->getName() &&
                    a->getOperandTypes() == b->getOperandTypes() &&
                    a->getResultTypes() == b->getResultTypes() &&
                    attributesOf(a) == attributesOf(b));
}

LogicalResult Ranks::verifyMatch(ArrayRef<int64_t> group) const {
  CollectiveOpInterface first = visits[size_t(group.front())]->op;
  for (int64_t member : group.drop_front()) {
    CollectiveOpInterface op = visits[size_t(member)]->op;
    if (!matches(first, op)) {
      InFlightDiagnostic error = op->emitOpError() << "of rank " << member
                                                   << " meets another op of "
                                                   << "rank " << group.front();
      error.attachNote(first->getLoc())
          << "rank " << group.front() << " is at " << first->getName();
      return error;
    }
  }
  return success();
}

LogicalResult Ranks::meet(ArrayRef<int64_t> group) {
  if (failed(verifyMatch(group))) {
    return failure();
  }
  std::vector<std::vector<Tensor>> operands, results;
  for (int64_t member : group) {
    operands.push_back(std::move(visits[size_t(member)]->operands));
    results.push_back(zeroResultsOf(visits[size_t(member)]->op));
  }
  visits[size_t(group.front())]->op.evaluateGroup(operands, results);
  for (auto [member, own] : llvm::zip_equal(group, results)) {
    Operation *op = visits[size_t(member)]->op;
    visits[size_t(member)].reset();
    clock.advance(size_t(member));
    if (failed(setResults(size_t(member), op, own))) {
      return failure();
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

std::optional<size_t> Ranks::findLate() const {
  int64_t deadline = options.timing.deadline;
  for (auto [rank, visit] : llvm::enumerate(visits)) {
    if (deadline > 0 && visit && clock.getNow() - visit->since > deadline) {
      return rank;
    }
  }
  return std::nullopt;
}

/// "ranks 0, 2".
static std::string namesOf(ArrayRef<int64_t> group) {
  std::string text = "ranks ";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(group, os);
  return text;
}

LogicalResult Ranks::reportWaiting(size_t rank, const Twine &why) const {
  const Visit &late = *visits[rank];
  InFlightDiagnostic error =
      late.op->emitOpError()
      << "rank " << rank << " has waited " << clock.getNow() - late.since
      << " ticks for its group, " << namesOf(late.group) << ", " << why;
  for (auto [other, visit] : llvm::enumerate(visits)) {
    if (visit && other != rank) {
      error.attachNote(visit->op->getLoc())
          << "rank " << other << " waits at " << visit->op->getName() << " for "
          << namesOf(visit->group);
    } else if (Operation *next = machines[other].peek(); next && !visit) {
      error.attachNote(next->getLoc())
          << "rank " << other << " is at " << next->getName();
    } else if (!visit) {
      error.attachNote(machines[other].getBlock().getParentOp()->getLoc())
          << "rank " << other << " has ended";
    }
  }
  return error;
}

} // namespace sft::reference
