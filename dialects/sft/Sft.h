//===- Sft.h - The sft dialect ----------------------------------*- C++ -*-===//
#pragma once

#include "dialects/reference/Tensor.h"
#include "dialects/sft/FactorRule.h"
#include "dialects/sft/IndexLimits.h"
#include "dialects/sft/Number.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/sft/Enums.h.inc"

#include "dialects/sft/Dialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/sft/Types.h.inc"

#include "dialects/sft/AttrInterfaces.h.inc"
#include "dialects/sft/OpInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/sft/Attributes.h.inc"

#define GET_OP_CLASSES
#include "dialects/sft/Model.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Elementwise.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Linear.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Attention.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Reduce.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Shape.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Index.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Loss.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Sparse.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Shard.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Collective.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Step.h.inc"
#define GET_OP_CLASSES
#include "dialects/sft/Kernel.h.inc"

namespace sft {

/// Name of the module attribute that holds the mesh.
inline constexpr char kMeshAttr[] = "sft.mesh";

// One a family; called when the dialect is loaded.
void registerModelOps(SftDialect &dialect);
void registerElementwiseOps(SftDialect &dialect);
void registerLinearOps(SftDialect &dialect);
void registerAttentionOps(SftDialect &dialect);
void registerReduceOps(SftDialect &dialect);
void registerShapeOps(SftDialect &dialect);
void registerIndexOps(SftDialect &dialect);
void registerLossOps(SftDialect &dialect);
void registerSparseOps(SftDialect &dialect);
void registerShardOps(SftDialect &dialect);
void registerCollectiveOps(SftDialect &dialect);
void registerStepOps(SftDialect &dialect);
void registerKernelOps(SftDialect &dialect);

/// Flags of generated floating-point code: contraction and reassociation (a
/// vectorised reduction), but NaN and Inf keep their meaning.
mlir::arith::FastMathFlagsAttr fastMathFlags(mlir::OpBuilder &builder);

/// Why `name` is not usable as the key of a tensor in files, or "" if it is:
/// 1 to 255 of letters, digits, '_', '.', '-', not starting with '.'.
std::string invalidKeyReason(llvm::StringRef name);

/// The stream of random numbers that belongs to a name, below 2^30. The same
/// for every build of the compiler.
int64_t randomStream(llvm::StringRef name);

// Attribute numbers: the shortest text that reads back as the same double.
std::string numberText(double value);
mlir::FailureOr<Number> parseNumber(mlir::AsmParser &parser);
void printNumber(mlir::AsmPrinter &printer, Number value);

// Assembly directives.

/// "tensor<4xf32>" where both types are equal, else both.
mlir::ParseResult parseSameOrEach(mlir::OpAsmParser &parser, mlir::Type &a,
                                  mlir::Type &b);
void printSameOrEach(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::Type a, mlir::Type b);
/// One type for both.
mlir::ParseResult parseSameType(mlir::OpAsmParser &parser, mlir::Type &a,
                                mlir::Type &b);
void printSameType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::Type a, mlir::Type b);

// Values without bytes of their own.

/// The result of the user that is a view of this operand: of a reshape, a view
/// of a part or an await; null if there is none.
mlir::Value viewOf(mlir::OpOperand &use);
/// The value whose bytes, or a part of them, `value` has, behind all views.
mlir::Value bufferOf(mlir::Value value);
/// Whether nothing behind `op` touches the bytes of `value`, by any view.
bool endsAt(mlir::Value value, mlir::Operation *op);
/// The await of a collective, if it is under way for a while.
AwaitOp awaitOf(mlir::Operation *collective);

// Values that many passes build.

/// A splat constant of `type` (or of a scalar of `like`'s element type).
mlir::Value buildConstant(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::RankedTensorType type, double value);
mlir::Value buildScalarLike(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Value like, double value);
/// Sums `value` to `type`, undoing NumPy broadcasting: the gradient of a
/// broadcast operand.
mlir::Value sumToType(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, mlir::RankedTensorType type);

} // namespace sft
