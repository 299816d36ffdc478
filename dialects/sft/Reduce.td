//===- Reduce.td - Reductions and normalisations ------------*- tablegen -*-===//
#ifndef SFT_REDUCE_TD
#define SFT_REDUCE_TD

include "dialects/sft/OpBase.td"
include "dialects/sft/Attributes.td"

def Sft_ReduceOp : Sft_PureOp<"reduce", [
    Sft_Infer, Sft_Sharded, Sft_Differentiable,
    DeclareOpInterfaceMethods<Sft_LoopOpInterface,
                              ["getResultMap", "getReduction"]>]> {
  let summary = "Sum, maximum or minimum over axes";
  let description = [{
    ```mlir
    %s = sft.reduce sum %x axes [0] : tensor<4x8xf32>            // tensor<8xf32>
    %m = sft.reduce max %x axes [1] keep : tensor<4x8xf32>       // tensor<4x1xf32>
    ```

    `keep` keeps reduced dimensions with size 1. The gradient of max and min is
    shared among ties.
    Constraints: 1. axes are in range, ascending, without duplicates.
  }];
  let arguments = (ins Sft_ReduceKind:$kind, Sft_NumberTensor:$x,
                       DenseI64ArrayAttr:$axes, UnitAttr:$keep);
  let results = (outs Sft_NumberTensor:$y);
  let assemblyFormat =
      "$kind $x `axes` $axes (`keep` $keep^)? attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Sft_MeanOp : Sft_PureOp<"mean", [Sft_Infer, Sft_Decomposable,
                                     Sft_Differentiable]> {
  let summary = "Mean over axes";
  let description = [{
    The sum divided by the *global* count.

    ```mlir
    %m = sft.mean %x axes [0, 1] : tensor<4x8xf32>
    ```

    Constraints: as sft.reduce.
  }];
  let arguments = (ins Sft_FloatTensor:$x, DenseI64ArrayAttr:$axes,
                       UnitAttr:$keep);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = "$x `axes` $axes (`keep` $keep^)? attr-dict `:` type($x)";
}

class Sft_SoftmaxLike<string mnemonic, string formula>
    : Sft_PureOp<mnemonic, [SameOperandsAndResultType, Sft_Decomposable,
                            Sft_Differentiable]> {
  let summary = formula # " along one axis";
  let description = "y = " # formula # " along `axis` (default: the last), the "
      "maximum subtracted first.\n\n```mlir\n%y = sft." # mnemonic #
      " %x axis 1 : tensor<4x8xf32>\n```\n\nConstraints: 1. axis is in range.";
  let arguments = (ins Sft_FloatTensor:$x, OptionalAttr<I64Attr>:$axis);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = "$x (`axis` $axis^)? attr-dict `:` type($x)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The axis as a dimension number.
    int64_t getDimension() {
      return getAxis().value_or(getX().getType().getRank() - 1);
    }
  }];
}
def Sft_SoftmaxOp : Sft_SoftmaxLike<"softmax", "e^x / sum e^x">;
def Sft_LogSoftmaxOp : Sft_SoftmaxLike<"log_softmax", "x - log sum e^x">;

def Sft_LayerNormOp : Sft_PureOp<"layer_norm", [Sft_Infer, Sft_Decomposable,
                                                Sft_Differentiable]> {
  let summary = "Layer normalisation over the last dimension (Ba et al. 2016)";
  let description = [{
    y = (x - mean) / sqrt(variance + epsilon) * scale + shift.

    ```mlir
    %y = sft.layer_norm %x, %scale, %shift : tensor<4x8xf32>, tensor<8xf32>
    ```

    Constraints: 1. element types agree; 2. scale and shift are vectors that
    match the last dimension of x.
  }];
  let arguments = (ins Sft_FloatTensor:$x, Sft_FloatTensor:$scale,
                       Sft_FloatTensor:$shift,
                       DefaultValuedAttr<F64Attr, "1e-5">:$epsilon);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $scale `,` $shift attr-dict `:`
    type($x) `,` custom<SameType>(type($scale), type($shift))
  }];
}

def Sft_RmsNormOp : Sft_PureOp<"rms_norm", [Sft_Infer, Sft_Decomposable,
                                            Sft_Differentiable]> {
  let summary = "Root-mean-square normalisation over the last dimension (Zhang & Sennrich 2019)";
  let description = [{
    y = x / sqrt(mean(x^2) + epsilon) * scale.

    ```mlir
    %y = sft.rms_norm %x, %scale : tensor<4x8xf32>, tensor<8xf32>
    ```

    Constraints: 1. element types agree; 2. scale is a vector that matches the
    last dimension of x.
  }];
  let arguments = (ins Sft_FloatTensor:$x, Sft_FloatTensor:$scale,
                       DefaultValuedAttr<F64Attr, "1e-5">:$epsilon);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = "$x `,` $scale attr-dict `:` type($x) `,` type($scale)";
}

#endif // SFT_REDUCE_TD
