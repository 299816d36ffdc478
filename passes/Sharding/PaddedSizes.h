//===- PaddedSizes.h - Sizes that parts do not divide -----------*- C++ -*-===//
//
// A dimension of 65 that is cut in 4 becomes one of 68: every part has the same
// size, and what stands behind the 65th place is made and never looked at.
//
// Dimensions that factor rules connect are one dimension of the model and get
// one size. A factor is connected where it may have places that do not count:
// where it need not be whole and, in a dimension of several factors (a reshape
// has them), is the major one, so that these places stand at the end.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "passes/Sharding/Shardings.h"

#include "llvm/ADT/IntEqClasses.h"

namespace sft {

/// The sizes of all dimensions of a program with shapes as written: the least
/// multiples of what annotations, and the batch over "data", cut them in.
class PaddedSizes {
public:
  PaddedSizes(mlir::ModuleOp module, MeshAttr mesh);

  /// True if every dimension divides as it is.
  bool isEmpty() const;

  /// Shapes as padded. Values are those of the program that was looked at.
  llvm::SmallVector<int64_t> shapeOf(mlir::Value value) const;
  llvm::SmallVector<int64_t> shapeOf(VariableOp variable) const;
  /// The op's rule as written, and the sizes of its factors as padded.
  const FactorRule &ruleOf(mlir::Operation *op) const;
  llvm::SmallVector<int64_t> factorsOf(mlir::Operation *op) const;

private:
  /// `whole` has `times` as many places as `part`, which is its major factor.
  struct Multiple {
    unsigned whole, part;
    int64_t times;
  };
  using Nodes = llvm::SmallVector<unsigned>;

  Nodes add(llvm::ArrayRef<int64_t> shape);
  void addStep(StepOp step);
  void connect(mlir::Operation &op);
  void connect(mlir::Operation *op, const FactorRule &rule);
  void connect(const Nodes &dims, const FactorRule::Dims &factors,
               const FactorRule &rule, const Nodes &ofFactors);
  void connect(const Nodes &a, const Nodes &b);
  void cut(const Nodes &dims, ShardingAttr sharding);
  void cut(StepOp step);
  void settle();
  bool settleOnce();
  int64_t &need(unsigned node) { return needs[classes.findLeader(node)]; }
  llvm::SmallVector<int64_t> padded(const Nodes &nodes) const;
  int64_t padded(unsigned node) const;

  MeshAttr mesh;
  mlir::SymbolTable symbols;
  llvm::IntEqClasses classes;
  /// Of each node: its size as written, and (at leaders) what has to divide
  /// the padded one.
  llvm::SmallVector<int64_t> sizes, needs;
  llvm::SmallVector<Multiple> multiples;
  llvm::DenseMap<mlir::Value, Nodes> values;
  /// Of a variable its dimensions, of any other op its factors.
  llvm::DenseMap<mlir::Operation *, Nodes> ops;
  llvm::DenseMap<mlir::Operation *, FactorRule> rules;
};

/// Warns once for each place of what is padded that its author cut, with sizes
/// that would divide it; an error where ranks cannot share the capacity of a
/// padded CSR batch.
llvm::LogicalResult reportPadding(mlir::ModuleOp module,
                                  const PaddedSizes &sizes);

} // namespace sft
