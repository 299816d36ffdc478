//===- Virtual.h - What tests on virtual ranks share ------------*- C++ -*-===//
#pragma once

#include "dialects/reference/Interpreter.h"
#include "dialects/reference/Shards.h"

#include "mlir/IR/BuiltinOps.h"
#include "gtest/gtest.h"

namespace sft {

/// One context for all tests, without threads of its own.
mlir::MLIRContext &testContext();

MeshAttr meshOf(llvm::ArrayRef<llvm::StringRef> names,
                llvm::ArrayRef<int64_t> sizes);

/// The same up to rounding in another order of summation; NaN is NaN.
void expectSame(const reference::Tensor &actual,
                const reference::Tensor &expected);

} // namespace sft
