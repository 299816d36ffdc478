//===- Model.td - What a person writes: a model -------------*- tablegen -*-===//
#ifndef SFT_MODEL_TD
#define SFT_MODEL_TD

include "dialects/sft/OpBase.td"
include "dialects/sft/Attributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def Sft_ModelOp : Sft_Op<"model", [
    IsolatedFromAbove, Symbol, SingleBlockImplicitTerminator<"YieldOp">,
    DeclareOpInterfaceMethods<OpAsmOpInterface,
                              ["getAsmBlockArgumentNames"]>]> {
  let summary = "A model as one machine would compute it";
  let description = [{
    Arguments are the inputs, named as in the data files; the leading dimension
    of each is the global batch. The region computes the loss and outputs from
    inputs and parameters.

    ```mlir
    sft.model @line(%x: tensor<4x1xf32>, %y: tensor<4x1xf32>)
        optimizer = #sft.sgd<lr = 0.01> {
      %w = sft.parameter "w" init(#sft.zeros) : tensor<1x1xf32>
      %b = sft.parameter "b" init(#sft.zeros) : tensor<1xf32>
      %p = sft.linear %x, %w, %b : tensor<4x1xf32>, tensor<1x1xf32>, tensor<1xf32>
      %loss = sft.mse_loss %p, %y : tensor<4x1xf32>
      sft.yield loss %loss : tensor<f32>, outputs {"prediction" = %p : tensor<4x1xf32>}
    }
    ```

    After `optimizer` may stand `schedule = #sft.cosine<steps = 1000>` and
    `clip_norm = 1.0` (gradients are scaled so that their global norm is at most
    this).
    Constraints: 1. every input has the same leading dimension; 2. input names
    are file and tensor keys: letters, digits, `_`, `.`, `-`, but not digits
    alone, which number values and are lost in printing; 3. parameter names are
    unique. To be compiled, a model with a loss has a parameter that is trained.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$input_names,
                       OptionalAttr<AnyAttr>:$optimizer,
                       OptionalAttr<AnyAttr>:$schedule,
                       OptionalAttr<F64Attr>:$clip_norm);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// Global rows a step: the inputs' leading dimension.
    int64_t getBatch();
  }];
}

def Sft_ParameterOp : Sft_Op<"parameter", [
    HasParent<"ModelOp">, MemoryEffects<[MemRead]>]> {
  let summary = "A trained tensor";
  let description = [{
    ```mlir
    %w = sft.parameter "w1" init(#sft.he_normal) : tensor<64x128xf32>
    %e = sft.parameter "table" init(#sft.normal) frozen : tensor<65x32xf32>
    ```

    The name is the key in saved files. `frozen` parameters are not trained.
    `shard` says how the parameter is cut over the axes of a mesh; the rest of
    the program follows from it:

    ```mlir
    %w = sft.parameter "w1" init(#sft.he_normal) shard <[-, tensor]> : tensor<64x128xf32>
    ```

    Constraints: 1. init is an initialiser; 2. the name is a valid key; 3. shard
    has an entry for each dimension.
  }];
  let arguments = (ins StrAttr:$name, AnyAttr:$init, UnitAttr:$frozen,
                       OptionalAttr<Sft_AnnotationAttr>:$shard);
  let results = (outs Sft_FloatTensor:$result);
  let assemblyFormat = [{
    $name `init` `(` $init `)` (`frozen` $frozen^)? (`shard` $shard^)?
    attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
}

def Sft_YieldOp : Sft_Op<"yield", [Terminator, Pure, HasParent<"ModelOp">,
                                   AttrSizedOperandSegments]> {
  let summary = "The loss and the named outputs of a model";
  let description = [{
    ```mlir
    sft.yield loss %loss : tensor<f32>, outputs {"logits" = %l : tensor<64x10xf32>}
    ```

    A scalar output is a metric; any other has the batch as leading dimension and
    is a prediction. A model without a loss can only predict.
    Constraints: 1. the loss is a float scalar; 2. output names are unique and
    valid keys; 3. a prediction's leading dimension is the batch.
  }];
  let arguments = (ins Optional<AnyType>:$loss, Variadic<AnyType>:$outputs,
                       StrArrayAttr:$output_names);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins), [{
    build($_builder, $_state, ::mlir::Value(), ::mlir::ValueRange(),
          $_builder.getStrArrayAttr({}));
  }]>];
}

#endif // SFT_MODEL_TD
