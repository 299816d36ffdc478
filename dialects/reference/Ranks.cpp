#include "dialects/reference/Ranks.h"

#include "dialects/reference/Perturb.h"

using namespace mlir;

namespace sft::reference {

Ranks::Ranks(MeshAttr mesh, ArrayRef<Block *> programs, const Options &options)
    : mesh(mesh), options(options), visits(programs.size()),
      clock(programs.size(), options.timing.delays) {
  for (Block *program : programs) {
    machines.emplace_back(*program);
  }
}

LogicalResult Ranks::run(Handler handler) {
  while (std::optional<size_t> rank = clock.next()) {
    if (std::optional<size_t> late = findLate()) {
      return reportWaiting(*late, "longer than the deadline of " +
                                      Twine(options.timing.deadline));
    }
    if (failed(runOne(*rank, handler))) {
      return failure();
    }
  }
  for (size_t rank = 0; rank < size(); ++rank) {
    if (visits[rank]) {
      return reportWaiting(rank, "and no rank can go on");
    }
  }
  return success();
}

LogicalResult Ranks::runOne(size_t rank, Handler handler) {
  Machine &machine = machines[rank];
  Operation *op = machine.peek();
  if (!op) {
    clock.stop(rank);
    return success();
  }
  if (options.progress) {
    options.progress(int64_t(rank), op);
  }
  machine.advance();
  clock.advance(rank);
  return execute(rank, op, handler);
}

LogicalResult Ranks::execute(size_t rank, Operation *op, Handler handler) {
  if (auto interpretable = dyn_cast<InterpretableOpInterface>(op)) {
    return evaluate(rank, interpretable);
  }
  if (auto collective = dyn_cast<CollectiveOpInterface>(op)) {
    return enter(rank, collective);
  }
  std::vector<Tensor> operands = machines[rank].take(op);
  FailureOr<Next> next = handler(rank, op, operands);
  if (succeeded(next) && *next == Next::Stop) {
    machines[rank].end();
  }
  return next;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

LogicalResult Ranks::evaluate(size_t rank, InterpretableOpInterface op) {
  std::vector<Tensor> operands = machines[rank].take(op);
  std::vector<Tensor> results = zeroResultsOf(op);
  if (failed(op.evaluate(operands, results)) ||
      (options.perturbSums && failed(perturbSums(op, operands, results)))) {
    return op->emitOpError("could not be evaluated");
  }
  return setResults(rank, op, results);
}

LogicalResult Ranks::setResults(size_t rank, Operation *op,
                                MutableArrayRef<Tensor> results) {
  for (auto [result, tensor] : llvm::zip_equal(op->getResults(), results)) {
    if (failed(set(rank, result, std::move(tensor)))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Ranks::set(size_t rank, Value value, Tensor tensor) {
  if (failed(fit(tensor, value, options.roundToType))) {
    return failure();
  }
  if (options.tamper) {
    options.tamper(int64_t(rank), value, tensor);
  }
  if (options.observer) {
    observe(rank, value, tensor);
  }
  machines[rank].bind(value, std::move(tensor));
  return success();
}

void Ranks::observe(size_t rank, Value value, const Tensor &tensor) {
  auto [entry, isFirst] = observed.try_emplace(value);
  Observed &all = entry->second;
  if (isFirst) {
    all.byRank.resize(size());
    all.missing = llvm::count_if(machines, [&](const Machine &machine) {
      return &machine.getBlock() == value.getParentBlock();
    });
  }
  all.byRank[rank] = tensor;
  if (--all.missing == 0) {
    options.observer(value, all.byRank);
    observed.erase(value);
  }
}

} // namespace sft::reference
