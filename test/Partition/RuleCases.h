//===- RuleCases.h - Every op whose factor rule is tried --------*- C++ -*-===//
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

/// The last op of `body` on operands that are cut in every way. Integer
/// arguments lie in [lowest, lowest + count).
struct RuleCase {
  llvm::StringRef arguments, body;
  int64_t lowest = 0, count = 2;
};

/// A line for every op that declares a factor rule, with sizes that divide over
/// meshes of 2 and of 2x2 ranks and sizes that do not. A new op needs one.
llvm::ArrayRef<RuleCase> ruleCases();
