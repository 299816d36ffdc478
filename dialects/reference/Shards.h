//===- reference/Shards.h - Whole values and their parts --------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"

namespace sft::reference {

/// What `rank` holds of a whole value (its rows, if that is a CSR batch): the
/// part of this shape, with zeros (empty rows) behind the end of the whole. A
/// null sharding is replication; partial axes are not looked at.
Tensor shardOf(const Tensor &whole, llvm::ArrayRef<int64_t> shape,
               ShardingAttr sharding, MeshAttr mesh, int64_t rank);

/// Combines each rank's value over the axes on which `sharding` is partial.
std::vector<Tensor> combinePartial(llvm::ArrayRef<Tensor> byRank,
                                   ShardingAttr sharding, MeshAttr mesh);

double combine(ReduceKind kind, double x, double y);

} // namespace sft::reference
