//===- Step.td - What training makes of a model: steps ------*- tablegen -*-===//
#ifndef SFT_STEP_TD
#define SFT_STEP_TD

include "dialects/sft/OpBase.td"
include "dialects/sft/Attributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def Sft_VariableKind : I32EnumAttr<"VariableKind", "", [
    I32EnumAttrCase<"Parameter", 0, "parameter">,
    I32EnumAttrCase<"State", 1, "state">]> {
  let cppNamespace = "::sft";
}
def Sft_VariableOp : Sft_Op<"variable", [Symbol]> {
  let summary = "A tensor that lives from step to step";
  let description = [{
    ```mlir
    sft.variable parameter @w1 : tensor<64x128xf32>
    sft.variable state @"w1.adam_m" : tensor<32x128xf32> of tensor<64x128xf32> sharding <[[0], []]>
    ```

    The first type is this rank's part; `of` gives the whole where they differ.
    A `frozen` parameter is not trained; `shard` is what its author wants.
  }];
  let arguments = (ins Sft_VariableKind:$kind, SymbolNameAttr:$sym_name,
                       TypeAttr:$type, OptionalAttr<TypeAttr>:$global_type,
                       OptionalAttr<Sft_ShardingAttr>:$sharding,
                       UnitAttr:$frozen,
                       OptionalAttr<Sft_AnnotationAttr>:$shard);
  let assemblyFormat = [{
    $kind (`frozen` $frozen^)? $sym_name (`shard` $shard^)? attr-dict `:` $type
    (`of` $global_type^)?
    (`sharding` $sharding^)?
  }];
}

def Sft_StepKind : I32EnumAttr<"StepKind", "", [
    I32EnumAttrCase<"Initialize", 0, "initialize">,
    I32EnumAttrCase<"Train", 1, "train">,
    I32EnumAttrCase<"Evaluate", 2, "evaluate">,
    I32EnumAttrCase<"Predict", 3, "predict">]> {
  let cppNamespace = "::sft";
}
def Sft_StepOp : Sft_Op<"step", [
    IsolatedFromAbove, Symbol, NoTerminator, SingleBlock,
    DeclareOpInterfaceMethods<OpAsmOpInterface,
                              ["getAsmBlockArgumentNames"]>]> {
  let summary = "What one rank does in one step";
  let description = [{
    Straight-line code: reads variables, computes, writes variables and outputs.
    Arguments are this rank's rows of the inputs; `global_types` and `shardings`
    (one for each input) say of what. `below` stands behind an input that is
    used as indices: its elements lie from 0 to below this (IndexLimits.h).

    ```mlir
    sft.step train @train(%x: tensor<32x64xf32>, %label: tensor<32xi32> below [10]) {
      %w = sft.read @w1 : tensor<64x10xf32>
      ...
      sft.output loss "loss", %loss : tensor<f32>
      sft.guard %finite : tensor<f32>
      sft.write @w1, %w1 : tensor<64x10xf32>
    }
    ```

    Constraints: 1. no write stands before the guard; 2. a variable is written
    once at most; 3. an input is limited as a whole, or each element of its rows;
    4. all inputs have a global type and a sharding, or none.
  }];
  let arguments = (ins Sft_StepKind:$kind, SymbolNameAttr:$sym_name,
                       StrArrayAttr:$input_names,
                       OptionalAttr<TypedArrayAttrBase<DenseI64ArrayAttr,
                           "array of index limits">>:$index_limits,
                       OptionalAttr<TypeArrayAttr>:$global_types,
                       OptionalAttr<TypedArrayAttrBase<Sft_ShardingAttr,
                           "array of shardings">>:$shardings);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// What `below` says of an input; empty where it says nothing.
    ::llvm::ArrayRef<int64_t> getLimitsOf(size_t input);
  }];
}

def Sft_ReadOp : Sft_Op<"read", [MemoryEffects<[MemRead]>, Sft_Sharded]> {
  let summary = "A variable's value at the start of the step";
  let description = [{
    A write in the same step changes nothing of it.

    ```mlir
    %w = sft.read @w1 : tensor<64x10xf32>
    %z = sft.matmul %x, %w : tensor<32x64xf32>, tensor<64x10xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$variable);
  let results = (outs Sft_AnyTensor:$result);
  let assemblyFormat = "$variable attr-dict `:` type($result)";
}

def Sft_WriteOp : Sft_Op<"write", [MemoryEffects<[MemWrite]>,
                                   HasParent<"StepOp">]> {
  let summary = "A variable's value from the next step on";
  let description = [{
    ```mlir
    %w = sft.read @w1 : tensor<64x10xf32>
    %d = sft.mul %rate, %dw : tensor<f32>, tensor<64x10xf32>
    %w_next = sft.sub %w, %d : tensor<64x10xf32>
    sft.write @w1, %w_next : tensor<64x10xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$variable, Sft_AnyTensor:$value);
  let assemblyFormat = "$variable `,` $value attr-dict `:` type($value)";
}

def Sft_GradientOp : Sft_Op<"gradient", [MemoryEffects<[MemWrite]>]> {
  let summary = "The loss's gradient by a variable";
  let description = [{
    What differentiation leaves in a train step for each parameter, and what the
    optimizer turns into writes. It does not outlive the Training phase.

    ```mlir
    sft.gradient @w1, %dw : tensor<64x10xf32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$variable, Sft_FloatTensor:$value);
  let assemblyFormat = "$variable `,` $value attr-dict `:` type($value)";
}

def Sft_OutputKind : I32EnumAttr<"OutputKind", "", [
    I32EnumAttrCase<"Loss", 0, "loss">, I32EnumAttrCase<"Metric", 1, "metric">,
    I32EnumAttrCase<"Prediction", 2, "prediction">]> {
  let cppNamespace = "::sft";
}
def Sft_OutputOp : Sft_Op<"output", [MemoryEffects<[MemWrite]>,
                                     HasParent<"StepOp">]> {
  let summary = "Hands a value to the person who runs the plan";
  let description = [{
    The loss and metrics are scalars, the same on every rank, that appear in the
    progress line and in the metrics; predictions, whole on every rank, go to the
    file of `--predict`.

    ```mlir
    %loss = sft.softmax_cross_entropy %z, %label : tensor<32x10xf32>, tensor<32xi32>
    sft.output loss "loss", %loss : tensor<f32>
    sft.output prediction "logits", %z : tensor<32x10xf32>
    ```
  }];
  let arguments = (ins Sft_OutputKind:$kind, StrAttr:$name,
                       Sft_AnyTensor:$value);
  let assemblyFormat = "$kind $name `,` $value attr-dict `:` type($value)";
}

def Sft_GuardOp : Sft_Op<"guard", [MemoryEffects<[MemRead, MemWrite]>,
                                   HasParent<"StepOp">]> {
  let summary = "Nothing behind it happens unless the value is finite";
  let description = [{
    Ends the computing half of a train step. The value is the same on every rank,
    so that all decide alike.

    ```mlir
    %squares = sft.square %dw : tensor<64x10xf32>
    %norm = sft.reduce sum %squares axes [0, 1] : tensor<64x10xf32>
    sft.guard %norm : tensor<f32>
    sft.write @w1, %w_next : tensor<64x10xf32>
    ```
  }];
  let arguments = (ins Sft_ScalarTensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Sft_RuntimeScalarKind : I32EnumAttr<"RuntimeScalarKind", "", [
    I32EnumAttrCase<"Step", 0, "step">, I32EnumAttrCase<"Seed", 1, "seed">,
    I32EnumAttrCase<"LearningRate", 2, "learning_rate">,
    I32EnumAttrCase<"AxisIndex", 3, "axis_index">]> {
  let cppNamespace = "::sft";
}
def Sft_RuntimeScalarOp : Sft_Op<"runtime_scalar", [Pure, Sft_Sharded]> {
  let summary = "A number that the runtime knows";
  let description = [{
    step (i64, 0-based), seed (i64), learning_rate (f32, with its default) or
    axis_index (i64, this rank's coordinate on mesh axis `axis`).

    ```mlir
    %t = sft.runtime_scalar step : tensor<i64>
    %r = sft.runtime_scalar learning_rate default 1.0e-3 : tensor<f32>
    %c = sft.runtime_scalar axis_index axis 0 : tensor<i64>
    ```
  }];
  let arguments = (ins Sft_RuntimeScalarKind:$kind,
                       OptionalAttr<F64Attr>:$default_value,
                       OptionalAttr<I64Attr>:$axis);
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    $kind (`default` $default_value^)? (`axis` $axis^)? attr-dict `:`
    type($result)
  }];
}

#endif // SFT_STEP_TD
