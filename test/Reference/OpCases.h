//===- OpCases.h - Every op that is checked by numbers ----------*- C++ -*-===//
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

/// One op on operands of certain shapes, in double precision.
struct OpCase {
  /// Arguments as a step declares them, and the op that uses each once.
  llvm::StringRef arguments, op;
  /// Elements are in (0, 1] instead of both signs away from 0.
  bool isPositive = false;

  llvm::StringRef name() const {
    return op.take_until([](char c) { return c == ' '; });
  }
};

/// A line for every op that is differentiable or decomposable, and more where
/// shapes matter. A new op needs one.
llvm::ArrayRef<OpCase> opCases();
