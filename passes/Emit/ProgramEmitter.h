//===- ProgramEmitter.h - One plan.program to FlatBuffers -------*- C++ -*-===//
#pragma once

#include "dialects/plan/Plan.h"
#include "runtime/plan/PlanWriter.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace sft {

/// Tables that all programs of a plan share.
struct SharedTables {
  explicit SharedTables(fb::PlanT &plan) : plan(plan) {}

  fb::PlanT &plan;
  llvm::DenseMap<mlir::Attribute, uint32_t> groups;
  llvm::StringMap<uint32_t> locations;

  /// Index of the group over these axes.
  uint32_t groupOf(mlir::DenseI64ArrayAttr axes);
  /// Index of the place that an instruction came from.
  uint32_t locationOf(mlir::Operation *op);
};

std::unique_ptr<fb::ProgramT> emitProgram(plan::ProgramOp program,
                                          SharedTables &shared);

} // namespace sft
