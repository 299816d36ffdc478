//===- Explain.h - Why there is each collective -----------------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"

namespace sft {

/// Why something is sent.
struct Reason {
  /// What a rank sends of it in one step.
  int64_t bytes = 0;
  /// The op that wants the value and how, how it is and from where.
  std::string why;
  /// What would do without it; may be empty.
  std::string avoid;
};

/// One collective of a partitioned step.
struct CollectiveReport : Reason {
  mlir::Operation *op = nullptr;
  std::string step; ///< train, evaluate, predict, initialize
  std::string kind; ///< all_reduce, ...
  std::string axes; ///< "data,tensor"
  int64_t ranks = 1;
  /// Of a bucket: what each of its members is sent for.
  std::vector<Reason> members;
};

/// Every collective of the module after the phase Partition, in order.
std::vector<CollectiveReport> reportCollectives(mlir::ModuleOp module);

/// An op whose operands contradicted each other during propagation.
struct ConflictReport {
  std::string place, text;

  bool operator==(const ConflictReport &) const = default;
};
/// After the phase Sharding; what several steps have in common, once.
std::vector<ConflictReport> reportConflicts(mlir::ModuleOp module);

/// A table for people, which begins with the axes that were cut into parts, or
/// JSON for programs: {"mesh": {...}, "collectives": [...], "conflicts":
/// [...]}.
void printReport(llvm::raw_ostream &os, MeshAttr mesh,
                 llvm::ArrayRef<CollectiveReport> collectives,
                 llvm::ArrayRef<ConflictReport> conflicts);
void printReportAsJson(llvm::raw_ostream &os, MeshAttr mesh,
                       llvm::ArrayRef<CollectiveReport> collectives,
                       llvm::ArrayRef<ConflictReport> conflicts);

} // namespace sft
