//===- Shardings.h - Reading shardings off the IR ---------------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"

namespace sft {

/// Name of the attribute with one sharding a result.
inline constexpr char kShardingsAttr[] = "sft.shardings";

/// The mesh of the module around `op`; one rank where there is none.
MeshAttr meshOf(mlir::Operation *op);

/// The sharding of a value of a step: result or argument.
ShardingAttr shardingOf(mlir::Value value);

/// Mesh axes that cut each factor of `rule`, read off the results and operands
/// as propagation left them.
llvm::SmallVector<llvm::SmallVector<int64_t, 1>>
factorAxes(mlir::Operation *op, const FactorRule &rule);

/// True if the op that makes `result` can make dimension `dim` of it in parts
/// over these axes: by its own rule the dimension has a factor that they divide
/// and that need not be whole, and no other factor is cut by them.
bool mayCut(mlir::OpResult result, size_t dim, llvm::ArrayRef<int64_t> axes);

/// The sharding in which `op` wants operand `i`: each dimension cut as the
/// op's factors are, nothing partial.
ShardingAttr wantedSharding(mlir::Operation *op, const FactorRule &rule,
                            unsigned i);

/// True if a partial value of `op`'s operand `i` may pass through to its
/// results instead of being reduced first: the op is linear in it and nothing
/// else uses it.
bool passesPartial(mlir::Operation *op, const FactorRule &rule, unsigned i);

/// The type of the part that one rank holds.
mlir::Type localType(mlir::Type global, ShardingAttr sharding, MeshAttr mesh);

} // namespace sft
