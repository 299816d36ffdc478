//===- Precompiled.h - Parsed once for all passes ---------------*- C++ -*-===//
#pragma once

#include "dialects/plan/Plan.h"
#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
