//===- Resharder.h - Builds the ops that reshard a value --------*- C++ -*-===//
#pragma once

#include "passes/Sharding/Resharding.h"

#include "mlir/IR/Builders.h"

namespace sft {

/// On a bucket, for each member: {bytes of its operands, why, avoid}.
inline constexpr char kMembersAttr[] = "sft.members";
/// Numbers collectives that are kept apart although they do the same: a value
/// that is gathered again instead of being kept.
inline constexpr char kAgainAttr[] = "sft.again";

/// Why a value is resharded, as it stands on every collective.
struct Cause {
  std::string why, avoid;
  /// Unlike 0: a number of kAgainAttr.
  int64_t again = 0;
};

/// This rank's place among the ranks along `axes`, major first: i64 scalar.
mlir::Value placeOn(mlir::OpBuilder &builder, mlir::Location loc, MeshAttr mesh,
                    llvm::ArrayRef<int64_t> axes);

/// Builds the moves behind each other on the local value; returns the last. A
/// CSR value can only be gathered along its rows: anything else is an error at
/// `loc`.
mlir::FailureOr<mlir::Value>
buildResharding(mlir::OpBuilder &builder, mlir::Location loc, MeshAttr mesh,
                mlir::Value local, ReduceKind reduce,
                const Resharding &resharding, const Cause &cause);

} // namespace sft
