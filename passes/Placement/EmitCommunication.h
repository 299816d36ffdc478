//===- EmitCommunication.h - Collectives as instructions --------*- C++ -*-===//
#pragma once

#include "passes/Placement/Storage.h"

#include "mlir/IR/Builders.h"

namespace sft {

/// The op's place, under the name that reports show.
mlir::Location named(mlir::Operation *op, llvm::StringRef name);

/// Writes the collectives of one step, and the events of those that are
/// awaited:
///
///   stream 0 (compute)   record a ... kernels ... wait b, users
///   stream 1             wait a, collective, record b
class CommunicationEmitter {
public:
  /// `events` counts those of the program.
  CommunicationEmitter(StepStorage &storage, mlir::OpBuilder &builder,
                       int64_t &events)
      : storage(storage), builder(builder), events(events) {}

  void emit(CollectiveOpInterface op);
  void emit(AwaitOp op);

private:
  static constexpr int64_t kCompute = 0, kCommunication = 1;

  void copyIn(AllReduceOp op);
  void emitOn(int64_t stream, CollectiveOpInterface op);
  void emitMessage(CollectiveOpInterface op, mlir::Value in, mlir::Value out,
                   int64_t stream);

  StepStorage &storage;
  mlir::OpBuilder &builder;
  int64_t &events;
  llvm::DenseMap<mlir::Operation *, int64_t> endOf; ///< event b
};

} // namespace sft
