//===- FactorRule.h - How dimensions of an op correspond --------*- C++ -*-===//
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdint>

namespace sft {

enum class ReduceKind : uint32_t;

/// What happens when a factor is sharded.
enum class FactorKind : uint8_t {
  /// Each shard is computed from the matching shards of the operands.
  Parallel,
  /// The factor is summed (or maximised, ...) away: a sharded one leaves the
  /// results partial over its axes.
  Reduction,
  /// The op needs all of it: operands must be gathered.
  Replicated,
};

/// In which operands an op is linear, and so passes partial sums on.
enum class Linearity : uint8_t {
  None,
  Each,    ///< in each operand alone, the others being whole
  First,   ///< in the first operand alone
  Jointly, ///< in all together: all partial over the same axes
};

struct Factor {
  int64_t size = 1;
  FactorKind kind = FactorKind::Parallel;
  /// For Reduction.
  ReduceKind reduce{};
};

/// An einsum-like rule. Each tensor dimension is a product of factors, major
/// first; most have exactly one, a broadcast dimension of size 1 has none, a
/// reshape may have several.
///
///   matmul  ([i,k],[k,j]) -> [i,j]   k: Reduction(sum)
struct FactorRule {
  using Dims = llvm::SmallVector<llvm::SmallVector<unsigned, 1>>;

  llvm::SmallVector<Factor> factors;
  llvm::SmallVector<Dims> operands; ///< [operand][dimension] -> factors
  llvm::SmallVector<Dims> results;  ///< [result][dimension] -> factors
  /// The op is linear in each operand taken alone: a partial sum on one
  /// operand (the others whole) may be passed through to the results.
  llvm::SmallVector<bool> linearIn;
  /// Linear in all operands together (add, sub, concat): partial sums pass
  /// only if all operands are partial over the same axes.
  bool jointlyLinear = false;

  unsigned addFactor(int64_t size, FactorKind kind = FactorKind::Parallel,
                     ReduceKind reduce = {});
  /// "([i,k],[k,j]) -> [i,j], k sum, linear in 0, 1".
  void print(llvm::raw_ostream &os) const;
};

} // namespace sft
