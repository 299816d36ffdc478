//===- Broadcasting.h - NumPy broadcasting, once for all ops ----*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cmath>

namespace sft {

llvm::SmallVector<int64_t> shapeOf(mlir::Value value);

/// The result of combining shapes by NumPy's rule, or failure.
mlir::FailureOr<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

/// Result type of an elementwise op: the broadcast shape of all operands, the
/// element type of the last operand, or i1 for a predicate. Errors name shapes
/// and types.
llvm::LogicalResult inferBroadcast(llvm::StringRef opName,
                                   std::optional<mlir::Location> location,
                                   mlir::ValueRange operands,
                                   llvm::SmallVectorImpl<mlir::Type> &types,
                                   bool isPredicate);

/// Where an operand that broadcasts to `result` is read in result's loops.
mlir::AffineMap broadcastMap(mlir::Value operand, mlir::Value result);

/// One parallel factor for each result dimension.
FactorRule broadcastRule(mlir::Operation *op, Linearity linearity);

} // namespace sft

namespace sft::reference {

/// result[i] = scalar(operands at i), operands broadcast.
void evaluateElementwise(
    llvm::ArrayRef<Tensor> operands, Tensor &result,
    llvm::function_ref<double(llvm::ArrayRef<double>)> scalar);
bool compare(CompareKind kind, double x, double y);
/// Truncates where the element type is an integer.
double divide(double x, double y, mlir::ShapedType type);

} // namespace sft::reference
