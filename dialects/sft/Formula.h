//===- Formula.h - Short names for the ops that passes build ----*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "mlir/IR/TypeUtilities.h"

namespace sft {

/// Builds elementwise sft ops at one location, so that a formula reads like
/// one. Scalars broadcast; `2.0` next to a tensor is a scalar of its type.
struct Formula {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  template <typename Op, typename... Args> mlir::Value op(Args... args) {
    return Op::create(builder, loc, args...);
  }
  mlir::Value number(mlir::Value like, double value) {
    return buildScalarLike(builder, loc, like, value);
  }
  mlir::Value add(mlir::Value x, mlir::Value y) { return op<AddOp>(x, y); }
  mlir::Value add(mlir::Value x, double y) { return add(x, number(x, y)); }
  mlir::Value sub(mlir::Value x, mlir::Value y) { return op<SubOp>(x, y); }
  mlir::Value sub(double x, mlir::Value y) { return sub(number(y, x), y); }
  mlir::Value mul(mlir::Value x, mlir::Value y) { return op<MulOp>(x, y); }
  mlir::Value mul(double x, mlir::Value y) { return mul(number(y, x), y); }
  mlir::Value div(mlir::Value x, mlir::Value y) { return op<DivOp>(x, y); }
  mlir::Value div(double x, mlir::Value y) { return div(number(y, x), y); }
  mlir::Value neg(mlir::Value x) { return op<NegOp>(x); }
  mlir::Value square(mlir::Value x) { return op<SquareOp>(x); }
  mlir::Value sqrt(mlir::Value x) { return op<SqrtOp>(x); }
  mlir::Value compare(CompareKind kind, mlir::Value x, mlir::Value y) {
    return op<CompareOp>(kind, x, y);
  }
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) {
    return op<SelectOp>(condition, x, y);
  }
  /// g where `x kind bound`, else 0.
  mlir::Value where(CompareKind kind, mlir::Value x, mlir::Value bound,
                    mlir::Value g) {
    return select(compare(kind, x, bound), g, number(g, 0));
  }
  /// x with another element type; x itself if it has it already.
  mlir::Value cast(mlir::Value x, mlir::Type element) {
    auto type = mlir::cast<mlir::RankedTensorType>(x.getType());
    return type.getElementType() == element
               ? x
               : op<CastOp>(type.clone(element), x);
  }
  /// Undoes the broadcasting of `operand` in `gradient`.
  mlir::Value sum(mlir::Value gradient, mlir::Value operand) {
    return sumToType(builder, loc, gradient,
                     mlir::cast<mlir::RankedTensorType>(operand.getType()));
  }
};

} // namespace sft
