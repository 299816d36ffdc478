//===- Formula.h - Short names for building sft ops -------------*- C++ -*-===//
//
// Gradients and decompositions are formulas over sft ops; with these names they
// read like ones. Operands broadcast, so a scalar goes anywhere.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/sft/Sft.h"

#include <cmath>

namespace sft {

/// The type of a dense value.
mlir::RankedTensorType typeOf(mlir::Value value);

struct Formula {
  using Value = mlir::Value;

  mlir::OpBuilder &builder;
  mlir::Location loc;

  template <typename Op, typename... Args> Value op(Args... args) const {
    return Op::create(builder, loc, args...);
  }
  Value number(Value like, double value) const {
    return buildScalarLike(builder, loc, like, value);
  }

  Value add(Value x, Value y) const { return op<AddOp>(x, y); }
  Value add(Value x, double y) const { return add(x, number(x, y)); }
  Value sub(Value x, Value y) const { return op<SubOp>(x, y); }
  Value sub(double x, Value y) const { return sub(number(y, x), y); }
  Value mul(Value x, Value y) const { return op<MulOp>(x, y); }
  Value mul(double x, Value y) const { return mul(number(y, x), y); }
  Value div(Value x, Value y) const { return op<DivOp>(x, y); }
  Value div(double x, Value y) const { return div(number(y, x), y); }
  Value neg(Value x) const { return op<NegOp>(x); }
  Value square(Value x) const { return op<SquareOp>(x); }
  Value sqrt(Value x) const { return op<SqrtOp>(x); }
  Value compare(CompareKind kind, Value x, Value y) const {
    return op<CompareOp>(kind, x, y);
  }
  Value select(Value condition, Value x, Value y) const {
    return op<SelectOp>(condition, x, y);
  }
  /// The same value where the element type is `element` already.
  Value cast(Value x, mlir::Type element) const;

  /// g where `x kind bound`, else 0.
  Value where(CompareKind kind, Value x, Value bound, Value g) const;
  /// 1 where `x kind y`, else 0, in x's element type.
  Value indicator(CompareKind kind, Value x, Value y) const;

  /// Reductions over axes; `keep` keeps them with size 1.
  Value reduce(ReduceKind kind, Value x, mlir::ArrayRef<int64_t> axes,
               bool keep) const;
  Value sum(Value x, mlir::ArrayRef<int64_t> axes, bool keep) const;
  /// The sum of all elements, a scalar.
  Value sum(Value x) const;
  /// The sum times 1 / (number of elements that are summed).
  Value mean(Value x, mlir::ArrayRef<int64_t> axes, bool keep) const;
  /// The mean of all elements, a scalar.
  Value mean(Value x) const;
  /// Undoes broadcasting: sums a gradient to the type of its operand.
  Value sumLike(Value gradient, Value operand) const;

  /// The same value where the type is `type` already.
  Value reshape(Value x, mlir::RankedTensorType type) const;
  /// `reduced`, which lacks `axes` or not, with all dimensions of `whole`:
  /// those in `axes` have size 1.
  Value restoreAxes(Value reduced, mlir::RankedTensorType whole,
                    mlir::ArrayRef<int64_t> axes) const;
};

/// e^x along an axis without overflow, and what it is made of.
struct ShiftedExp {
  mlir::Value shifted; ///< x minus its maximum
  mlir::Value exp;     ///< e^shifted
  mlir::Value sum;     ///< of exp along the axis, which is kept
};
ShiftedExp shiftedExp(Formula f, mlir::Value x, int64_t axis);

} // namespace sft
