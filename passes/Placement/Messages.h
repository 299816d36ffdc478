//===- Messages.h - What programs say to each other -------------*- C++ -*-===//
#pragma once

#include "dialects/plan/Plan.h"
#include "dialects/sft/Sft.h"

namespace sft {

/// A rank's coordinate on each mesh axis.
llvm::SmallVector<int64_t> coordinatesOf(MeshAttr mesh, int64_t rank);
/// Whether the ranks there run the program.
bool isRunBy(plan::ProgramOp program, MeshAttr mesh,
             llvm::ArrayRef<int64_t> coordinates);

/// A collective, send or receive of a program, as the other side sees it.
struct Message {
  mlir::Operation *op = nullptr;     ///< null: none
  llvm::ArrayRef<int64_t> axes = {}; ///< of the group, major first
  int64_t peer = 0;                  ///< or root: an index in the group
  int64_t tag = 0;
  int64_t microbatch = 0;
  mlir::MemRefType in = {}, out = {}; ///< out of collectives alone

  static Message of(mlir::Operation *op, int64_t microbatch);

  bool isCollective() const { return llvm::isa<plan::CollectiveOp>(op); }
  /// A send and a receive, or two collectives, that can meet.
  bool isPartnerOf(const Message &other) const;
  /// Whether partners agree.
  bool fits(const Message &other) const;
  /// Whether the other side cannot tell them apart.
  bool looksLike(const Message &other) const;
};

/// Messages of a program's entry in order, calls expanded; empty where there is
/// no such entry.
llvm::SmallVector<Message> messagesOf(plan::ProgramOp program,
                                      plan::EntryKind entry);

/// `all_reduce sum of 64xf32 over "data", tag 3`.
std::string textOf(const Message &message, MeshAttr mesh);

} // namespace sft
