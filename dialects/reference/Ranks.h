//===- reference/Ranks.h - Programs on N virtual ranks ----------*- C++ -*-===//
#pragma once

#include "dialects/reference/Clock.h"
#include "dialects/reference/Machine.h"

namespace sft::reference {

/// Runs straight-line code on N ranks, each at its own pace. A collective is a
/// rendezvous: a rank that comes to one waits until its whole group has come to
/// the same. Ops without effects are evaluated here; the others are the
/// business of the program's kind (model, step), which passes a handler.
class Ranks {
public:
  enum class Next { Continue, Stop };
  using Handler = llvm::function_ref<mlir::FailureOr<Next>(
      size_t rank, mlir::Operation *op,
      llvm::MutableArrayRef<Tensor> operands)>;

  /// One block for each rank; they may be the same.
  Ranks(MeshAttr mesh, llvm::ArrayRef<mlir::Block *> programs,
        const Options &options);

  size_t size() const { return machines.size(); }
  /// Binds a value; fails with a diagnostic if the tensor is not of its type.
  llvm::LogicalResult set(size_t rank, mlir::Value value, Tensor tensor);
  /// Until every rank is at its end. Fails with a diagnostic that names the
  /// ranks and where they are, if they wait in vain or too long for each other.
  llvm::LogicalResult run(Handler handler);

private:
  /// A rank at a collective.
  struct Visit {
    CollectiveOpInterface op;
    llvm::SmallVector<int64_t> group;
    std::vector<Tensor> operands;
    int64_t since;
  };
  using Visits = std::vector<std::optional<Visit>>;

  llvm::LogicalResult runOne(size_t rank, Handler handler);
  llvm::LogicalResult execute(size_t rank, mlir::Operation *op,
                              Handler handler);
  llvm::LogicalResult evaluate(size_t rank, InterpretableOpInterface op);
  llvm::LogicalResult setResults(size_t rank, mlir::Operation *op,
                                 llvm::MutableArrayRef<Tensor> results);
  void observe(size_t rank, mlir::Value value, const Tensor &tensor);
  /// Collectives.
  llvm::LogicalResult enter(size_t rank, CollectiveOpInterface op);
  bool isComplete(llvm::ArrayRef<int64_t> group) const;
  llvm::LogicalResult verifyMatch(llvm::ArrayRef<int64_t> group) const;
  llvm::LogicalResult meet(llvm::ArrayRef<int64_t> group);
  /// The first rank that has waited longer than the deadline, if one has.
  std::optional<size_t> findLate() const;
  llvm::LogicalResult reportWaiting(size_t rank, const llvm::Twine &why) const;

  /// What all ranks of a program have for one value.
  struct Observed {
    std::vector<Tensor> byRank;
    int64_t missing;
  };

  MeshAttr mesh;
  const Options &options;
  std::vector<Machine> machines;
  Visits visits;
  Clock clock;
  llvm::DenseMap<mlir::Value, Observed> observed;
};

} // namespace sft::reference
