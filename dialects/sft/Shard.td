//===- Shard.td - How a value is cut over the mesh ----------*- tablegen -*-===//
#ifndef SFT_SHARD_TD
#define SFT_SHARD_TD

include "dialects/sft/OpBase.td"
include "dialects/sft/Attributes.td"

def Sft_ShardOp : Sft_PureOp<"shard", [Sft_Sharded, Sft_Differentiable,
                                       SameOperandsAndResultType]> {
  let summary = "The same value, cut as said";
  let description = [{
    Computes nothing. Its result is cut over the mesh axes that it names, and
    whole where it says `-`; what stands around it follows. On an input, on an
    activation between two blocks, wherever the author knows better than
    propagation:

    ```mlir
    %y = sft.shard %x to <[data, tensor, -]> : tensor<16x256x384xf32>
    ```

    The optimizer marks each gradient with `gradient_of`, without axes; passes
    that shard gradients (ZeRO) name axes there. Partitioning leaves nothing of
    the op but the resharding that it asks for.

    Constraints: 1. as many entries as dimensions.
  }];
  let arguments = (ins Sft_AnyTensor:$x,
                       OptionalAttr<Sft_AnnotationAttr>:$cut,
                       OptionalAttr<FlatSymbolRefAttr>:$gradient_of);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = [{
    $x (`to` $cut^)? (`gradient_of` $gradient_of^)? attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
}

def Sft_PartOp : Sft_PureOp<"part", [Sft_Loop]> {
  let summary = "One of equal parts along a dimension";
  let description = [{
    Part `index` (0-based) of the parts of the result's size that `dim` of x
    consists of. How a rank takes its shard of a value that it has whole.

    ```mlir
    %y = sft.part %x, %i dim 1 : tensor<4x8xf32> to tensor<4x2xf32>
    ```

    Constraints: 1. only dim differs, and its size divides x's.
  }];
  let arguments = (ins Sft_AnyTensor:$x, Sft_I64Scalar:$index, I64Attr:$dim);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = [{
    $x `,` $index `dim` $dim attr-dict `:` type($x) `to` type($y)
  }];
  let hasVerifier = 1;
}

#endif // SFT_SHARD_TD
