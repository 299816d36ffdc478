//===- Shardings.h - Reading shardings off the IR ---------------*- C++ -*-===//
//
// An op's factors are cut over mesh axes; its operands are wanted and its
// results are made accordingly. What the values themselves are cut over stands
// in `sft.shardings` (results), on sft.step (inputs) and on sft.variable.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/sft/Sft.h"

#include "mlir/IR/BuiltinOps.h"

namespace sft {

/// Name of the attribute with one sharding a result.
inline constexpr char kShardingsAttr[] = "sft.shardings";
/// Name of the attribute with what made propagation cut an op's results over an
/// axis: {tensor = "the shard of w1, m.mlir:3:9"}.
inline constexpr char kOriginsAttr[] = "sft.origins";
/// Name of the attribute, on a collective or on what asks for it, that says
/// what its author could do to be rid of it.
inline constexpr char kAvoidAttr[] = "sft.avoid";
/// Name of the attribute that says what operands contradicted each other in,
/// and what was done.
inline constexpr char kConflictAttr[] = "sft.conflict";
/// The mesh axis that inputs are cut over.
inline constexpr char kDataAxis[] = "data";

/// Mesh axes by index, major first.
using Axes = llvm::SmallVector<int64_t, 2>;
/// The axes of each factor of a rule.
using FactorAxes = llvm::SmallVector<Axes>;

/// The mesh of the module around `op`; one rank where there is none.
MeshAttr meshOf(mlir::Operation *op);
/// The axis of this name, or its parts, as far as they have more than one rank.
Axes axesNamed(llvm::StringRef name, MeshAttr mesh);
/// The data axis or its parts.
Axes dataAxes(MeshAttr mesh);
/// Whether two lists have an axis in common.
bool meet(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

int64_t rankOf(mlir::Type type);
inline int64_t rankOf(mlir::Value value) { return rankOf(value.getType()); }

/// The sharding of a value of a step: result or argument.
ShardingAttr shardingOf(mlir::Value value);
void setSharding(mlir::OpResult result, ShardingAttr sharding);
/// The sharding of a variable, whole if it has none.
ShardingAttr shardingOf(VariableOp variable);
/// Gives what is read from variables the shardings that these have now.
void shardReads(mlir::ModuleOp module);

/// `annotation` on `mesh`: axes that are not there, or of size 1, fall away.
ShardingAttr onMesh(AnnotationAttr annotation, MeshAttr mesh);
/// The annotation that says `sharding`.
AnnotationAttr asAnnotation(ShardingAttr sharding, MeshAttr mesh);

/// The axes of each factor as the values around `op` suggest them, for
/// propagation: what results and operands agree on, and where two of them
/// contradict each other (an axis on two factors, two lists on one), what costs
/// least.
FactorAxes proposeFactors(mlir::Operation *op, const FactorRule &rule);

/// Once every value has its sharding: which operands come cut in a way that
/// contradicts how `op` is cut, and where this comes from; or "".
std::string describeConflict(mlir::Operation *op, const FactorRule &rule);

/// The axes of each factor, once every value has its sharding: results are made
/// as they are said to be; factors that occur in operands alone are cut as the
/// operands are, if this costs less than gathering them.
FactorAxes decideFactors(mlir::Operation *op, const FactorRule &rule);

/// True if the op that makes `result` can make dimension `dim` of it in parts
/// over these axes: its factors divide, need not be whole, no other factor is
/// cut by them, its operands can be resharded accordingly and its other results
/// are cut alike.
bool mayCut(mlir::OpResult result, size_t dim, llvm::ArrayRef<int64_t> axes);

/// Results of one op share its factors: the sharding of `other` once it is cut
/// as `result` is.
ShardingAttr cutAlike(mlir::OpResult other, mlir::OpResult result);

/// The axes over which `op` leaves its results partial, its own reductions and
/// what its operands are partial over and may pass on.
ShardingAttr partialResult(mlir::OpResult result, const FactorRule &rule,
                           const FactorAxes &axes);

/// The axes of one dimension or tensor, given those of its factors.
Axes axesOf(llvm::ArrayRef<unsigned> factors, const FactorAxes &axes);
ShardingAttr shardingFor(mlir::MLIRContext *context,
                         const FactorRule::Dims &dims, const FactorAxes &axes);

/// The sharding in which `op` wants operand `i`: its dimensions as the factors
/// are cut; partial where the op is linear in partial operands that nothing
/// else uses, and its result is no larger, so that it can be reduced instead.
/// Scalars that are summed need not be partial over the same axes: what is
/// whole over one counts on the first rank along it.
ShardingAttr wantedSharding(mlir::Operation *op, const FactorRule &rule,
                            const FactorAxes &axes, unsigned i);

/// Floating-point operations of one rank in an op whose factors are cut so.
double workOf(const FactorRule &rule, const FactorAxes &axes, MeshAttr mesh);

/// The type of the part that one rank holds.
mlir::Type localType(mlir::Type global, ShardingAttr sharding, MeshAttr mesh);

/// "[data|tensor] partial over data": for people.
std::string describe(ShardingAttr sharding, MeshAttr mesh);
/// "f.mlir:3:8 (sft.matmul)", the op as the author wrote it.
std::string placeOf(mlir::Operation *op);
/// What people call a value of a step: "of w1" (a variable), "of input x",
/// "from f.mlir:3:8 (sft.matmul)".
std::string sourceOf(mlir::Value value);
/// "; tensor: the shard of w1, m.mlir:3:9": for each axis where it comes from,
/// as the first of `ops` (null or not) that knows has it.
std::string describeOrigins(llvm::ArrayRef<mlir::Operation *> ops,
                            MeshAttr mesh);

} // namespace sft
