//===- Resharding.h - From one sharding to another, and its price *- C++
//-*-===//
#pragma once

#include "dialects/sft/Sft.h"

namespace sft {

/// One step of a resharding.
struct Move {
  enum Kind {
    AllReduce,     ///< over `axes`, which the value is partial over
    ReduceScatter, ///< over `axes`, which then cut dimension `dim`
    AllGather,     ///< of dimension `dim` over its last axes, `axes`
    AllToAll, ///< of `axes`, the last of dimension `dim`, to dimension `to`
    Mask, ///< the first rank along `axes` keeps it, others have zero: a whole
          ///< value as a partial sum; no message
    Part, ///< each rank keeps its part of dimension `dim`; no message
    Permute, ///< ranks that differ along `axes` change places; parts stay as
             ///< they are, the sharding becomes `after`
  };
  Kind kind;
  llvm::SmallVector<int64_t, 2> axes;
  int64_t dim = 0, to = 0;
  ShardingAttr before = {}, after = {}; ///< of a Permute
};

/// Moves in order, and what they cost.
struct Resharding {
  llvm::SmallVector<Move, 2> moves;
  /// By latency and bandwidth of each axis.
  double seconds = 0;
  /// What a rank sends.
  int64_t bytes = 0;
};

/// The cheapest way to bring a value of this *global* type from one sharding to
/// the other (uniform-cost search over the shardings between the two; there are
/// few).
Resharding planResharding(mlir::Type global, ShardingAttr from, ShardingAttr to,
                          MeshAttr mesh);

/// False for what no message does: a CSR batch can be gathered along its rows,
/// but not resharded otherwise.
bool canReshard(mlir::Type global, ShardingAttr from, ShardingAttr to);

/// The sharding after one move.
ShardingAttr applyMove(ShardingAttr sharding, const Move &move);

/// For each member of the group along a Permute's axes, in order, the one that
/// holds the part that it wants: itself where it has it, so that no more moves
/// than has to.
llvm::SmallVector<int64_t> sendersOf(const Move &permute, MeshAttr mesh);

/// Bytes that one rank holds of a value.
int64_t localBytes(mlir::Type global, ShardingAttr sharding, MeshAttr mesh);

/// Latency of one message and bytes a second of a link, the same for all axes
/// until a cluster description says otherwise.
inline constexpr double kLatency = 10e-6, kBandwidth = 10e9;
/// Floating-point operations a second of a rank, to weigh work that is done
/// twice against messages.
inline constexpr double kArithmetic = 100e9;

} // namespace sft
