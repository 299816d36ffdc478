//===- reference/Machine.h - The values of a program on N ranks -*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"

#include "llvm/ADT/DenseMap.h"

namespace sft::reference {

/// Executes straight-line code on N ranks at once. Ops without effects are
/// evaluated here; the others are the business of the program's kind (model,
/// step), which passes a handler for them.
class Machine {
public:
  enum class Next { Continue, Stop };
  using Handler = llvm::function_ref<mlir::FailureOr<Next>(mlir::Operation *)>;

  Machine(MeshAttr mesh, int64_t numRanks, const Options &options)
      : mesh(mesh), numRanks(numRanks), options(options) {}

  int64_t getNumRanks() const { return numRanks; }
  /// Binds a value; fails with a diagnostic if a tensor is not of its type.
  llvm::LogicalResult set(mlir::Value value, std::vector<Tensor> tensors);
  const Tensor &get(mlir::Value value, int64_t rank) const;
  llvm::LogicalResult run(mlir::Block &block, Handler handler);

private:
  mlir::FailureOr<Next> execute(mlir::Operation *op, Handler handler);
  llvm::LogicalResult evaluate(InterpretableOpInterface op);
  llvm::LogicalResult evaluate(CollectiveOpInterface op);
  llvm::LogicalResult
  setResults(mlir::Operation *op,
             llvm::MutableArrayRef<std::vector<Tensor>> byRank);
  std::vector<Tensor> operandsOf(mlir::Operation *op, int64_t rank) const;
  void release(mlir::Operation *op);

  /// A value on every rank, dropped after its last use.
  struct Bound {
    std::vector<Tensor> tensors;
    int64_t usesLeft = 0;
  };

  MeshAttr mesh;
  int64_t numRanks;
  const Options &options;
  llvm::DenseMap<mlir::Value, Bound> values;
};

} // namespace sft::reference
