//===- Storage.h - Which values share bytes, and when -----------*- C++ -*-===//
#pragma once

#include "dialects/plan/Plan.h"
#include "dialects/sft/Components.h"

#include "llvm/ADT/MapVector.h"

#include <memory>
#include <optional>

namespace sft {

/// Bytes that one or more values of a step live in.
struct Storage {
  std::string name;
  mlir::RankedTensorType type;
  int64_t bytes = 0;
  plan::BufferKind kind = plan::BufferKind::Temporary;
  /// Position of the first definition and of the last use in the step.
  int64_t first = INT64_MAX, last = -1;
  /// Part of a bucket, or view of a part of another storage, at this many bytes
  /// from its start. A parent has none itself.
  Storage *parent = nullptr;
  int64_t offsetInParent = 0;
  /// Bytes from the arena's base, once placed.
  int64_t offset = -1;
  /// The place that made it.
  std::optional<mlir::Location> location;
  /// The plan.buffer, once built.
  mlir::Value buffer;

  bool isTemporary() const { return kind == plan::BufferKind::Temporary; }
  void touch(int64_t position) {
    first = std::min(first, position);
    last = std::max(last, position);
  }
};

/// Buffers of the whole program that are no temporaries.
struct PersistentStorage {
  std::vector<std::unique_ptr<Storage>> all;
  llvm::StringMap<Storage *> variables;
  llvm::StringMap<llvm::SmallVector<Storage *>> inputs;
  llvm::MapVector<std::pair<int64_t, int64_t>, Storage *> scalars;

  Storage *add(llvm::StringRef name, mlir::RankedTensorType type,
               plan::BufferKind kind, mlir::Location location);
};

/// Storage of every value of one step, with lifetimes.
class StepStorage {
public:
  StepStorage(StepOp step, PersistentStorage &persistent);

  /// One storage a component.
  llvm::ArrayRef<Storage *> of(mlir::Value value) const {
    return map.find(value)->second;
  }
  Storage *single(mlir::Value value) const { return of(value).front(); }
  /// The bucket of an all-reduce: where it works in place.
  Storage *bucketOf(AllReduceOp op) const { return buckets.lookup(op); }
  /// Operands that have to be copied into the bucket first.
  bool needsCopyIn(AllReduceOp op, unsigned operand) const;
  /// Writes whose value has bytes of its own and is copied at the end.
  bool needsCopyOut(WriteOp write) const;

  llvm::ArrayRef<std::unique_ptr<Storage>> temporaries() const { return own; }
  int64_t positionOf(mlir::Operation *op) const { return position.lookup(op); }

private:
  Storage *make(mlir::RankedTensorType type, mlir::Location location);
  void assign(mlir::Operation &op);
  void assignBucket(AllReduceOp op);
  void assignView(ViewOp op);
  bool isReadFrom(Storage *storage, int64_t at, mlir::Operation *except) const;
  void takeVariable(WriteOp write);
  void replace(Storage *from, Storage *to);
  void computeLifetimes();

  StepOp step;
  PersistentStorage &persistent;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Storage *, 1>> map;
  /// The other way round: the values that live in a storage.
  llvm::DenseMap<Storage *, llvm::SmallVector<mlir::Value, 1>> users;
  llvm::DenseMap<Storage *, llvm::SmallVector<Storage *, 1>> views;
  llvm::DenseMap<mlir::Operation *, Storage *> buckets;
  llvm::DenseMap<mlir::Operation *, int64_t> position;
  std::vector<std::unique_ptr<Storage>> own;
  int64_t guard = -1;
};

/// Gives every temporary an offset from `base`; returns the end of the last.
int64_t placeTemporaries(llvm::ArrayRef<std::unique_ptr<Storage>> temporaries,
                         int64_t base);

/// Rounds up to the alignment of buffers, 64 bytes.
inline int64_t alignBuffer(int64_t bytes) { return (bytes + 63) / 64 * 64; }

} // namespace sft
