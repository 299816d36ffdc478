//===- reference/Machine.h - One virtual rank -------------------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"

#include "llvm/ADT/DenseMap.h"

namespace sft::reference {

/// Gives `tensor` the precision of `value`'s type, if asked for; fails with a
/// diagnostic if it is not of this type.
llvm::LogicalResult fit(Tensor &tensor, mlir::Value value, bool roundToType);

std::vector<Tensor> zeroResultsOf(mlir::Operation *op);

/// A rank that runs straight-line code: where it is, and its values, each kept
/// until its last use.
class Machine {
public:
  explicit Machine(mlir::Block &block) : block(&block), at(block.begin()) {}

  mlir::Block &getBlock() const { return *block; }
  /// The op that comes next; null at the end.
  mlir::Operation *peek() const { return at == block->end() ? nullptr : &*at; }
  void advance() { ++at; }
  /// There is nothing more to do.
  void end() { at = block->end(); }

  void bind(mlir::Value value, Tensor tensor);
  /// The operands of `op`; those that nothing else uses are forgotten.
  std::vector<Tensor> take(mlir::Operation *op);

private:
  struct Bound {
    Tensor tensor;
    int64_t usesLeft = 0;
  };

  mlir::Block *block;
  mlir::Block::iterator at;
  llvm::DenseMap<mlir::Value, Bound> values;
};

} // namespace sft::reference
