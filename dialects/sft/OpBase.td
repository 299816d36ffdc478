//===- OpBase.td - What the op families share ---------------*- tablegen -*-===//
#ifndef SFT_OP_BASE_TD
#define SFT_OP_BASE_TD

include "dialects/sft/Dialect.td"
include "dialects/sft/Interfaces.td"
include "dialects/sft/Types.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// Tensor types. All shapes are static. bf16 is admitted wherever f32 is.
def Sft_FloatTensor : StaticShapeTensorOf<[F32, F64, BF16]>;
def Sft_IntTensor : StaticShapeTensorOf<[I32, I64]>;
def Sft_BoolTensor : StaticShapeTensorOf<[I1]>;
def Sft_NumberTensor : StaticShapeTensorOf<[F32, F64, BF16, I32, I64]>;
def Sft_AnyTensor : StaticShapeTensorOf<[F32, F64, BF16, I32, I64, I1]>;
def Sft_ScalarTensor : 0DTensorOf<[F32, F64, BF16]>;

// tensor<i64>: steps, seeds, positions. Never spelled out in the text.
def Sft_I64Scalar
    : Type<And<[0DTensorOf<[I64]>.predicate]>, "64-bit integer scalar",
           "::mlir::RankedTensorType">,
      BuildableType<"::mlir::RankedTensorType::get({}, $_builder.getI64Type())">;

class Sft_Op<string mnemonic, list<Trait> traits = []>
    : Op<Sft_Dialect, mnemonic, traits>;

// Ops without effects whose result types follow from their operands.
class Sft_PureOp<string mnemonic, list<Trait> traits = []>
    : Sft_Op<mnemonic, !listconcat([
        Pure,
        DeclareOpInterfaceMethods<Sft_InterpretableOpInterface>], traits)>;

defvar Sft_Infer = DeclareOpInterfaceMethods<InferTypeOpInterface>;
defvar Sft_Differentiable =
    DeclareOpInterfaceMethods<Sft_DifferentiableOpInterface>;
defvar Sft_Decomposable =
    DeclareOpInterfaceMethods<Sft_DecomposableOpInterface>;
defvar Sft_Sharded = DeclareOpInterfaceMethods<Sft_ShardingRuleOpInterface>;
// Attributes of the op speak of global extents or positions.
defvar Sft_ShardedByPosition =
    DeclareOpInterfaceMethods<Sft_ShardingRuleOpInterface, ["localize"]>;
// Uses values as indices, and says how.
defvar Sft_Indexing = DeclareOpInterfaceMethods<Sft_IndexingOpInterface,
                                                ["getIndexLimits"]>;
// Passes values on that may be indices, each unchanged.
defvar Sft_PassesIndices = Sft_IndexingOpInterface;
defvar Sft_Loop = DeclareOpInterfaceMethods<Sft_LoopOpInterface>;
defvar Sft_LoopOverIndices =
    DeclareOpInterfaceMethods<Sft_LoopOpInterface, ["usesIndices"]>;
defvar Sft_KernelLoops = DeclareOpInterfaceMethods<Sft_KernelOpInterface>;
// Own loops, of which the outermost may be cut among threads.
defvar Sft_RangeKernel =
    DeclareOpInterfaceMethods<Sft_KernelOpInterface, ["getKernelExtent"]>;

#endif // SFT_OP_BASE_TD
