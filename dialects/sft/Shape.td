//===- Shape.td - The same elements elsewhere ---------------*- tablegen -*-===//
#ifndef SFT_SHAPE_TD
#define SFT_SHAPE_TD

include "dialects/sft/OpBase.td"

def Sft_ReshapeOp : Sft_PureOp<"reshape", [Sft_Sharded, Sft_Differentiable,
                                           Sft_Indexing]> {
  let summary = "The same elements in the same order under another shape";
  let description = [{
    Costs nothing: the result is a view.

    ```mlir
    %y = sft.reshape %x : tensor<4x8xf32> to tensor<32xf32>
    ```

    Constraints: 1. element types and counts agree.
  }];
  let arguments = (ins Sft_AnyTensor:$x);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sft_TransposeOp : Sft_PureOp<"transpose", [Sft_Infer, Sft_Sharded, Sft_Loop,
                                               Sft_Differentiable,
                                               Sft_PassesIndices]> {
  let summary = "Dimensions in another order";
  let description = [{
    Result dimension i is operand dimension permutation[i].

    ```mlir
    %y = sft.transpose %x [1, 0] : tensor<4x8xf32>   // tensor<8x4xf32>
    ```

    Constraints: 1. the permutation is one.
  }];
  let arguments = (ins Sft_AnyTensor:$x, DenseI64ArrayAttr:$permutation);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = "$x $permutation attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Sft_BroadcastOp : Sft_PureOp<"broadcast", [Sft_Sharded, Sft_Loop,
                                               Sft_Differentiable,
                                               Sft_PassesIndices]> {
  let summary = "Repeats along new or size-1 dimensions";
  let description = [{
    NumPy's rule, aligned at the last dimension.

    ```mlir
    %y = sft.broadcast %x : tensor<8xf32> to tensor<4x8xf32>
    ```

    Constraints: 1. element types agree; 2. the operand's shape broadcasts to
    the result's.
  }];
  let arguments = (ins Sft_AnyTensor:$x);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `to` type($y)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Sft_SliceOp : Sft_PureOp<"slice", [Sft_Infer, Sft_ShardedByPosition,
                                       Sft_Loop, Sft_Differentiable,
                                       Sft_Indexing]> {
  let summary = "A box of the elements";
  let description = [{
    ```mlir
    %y = sft.slice %x [0, 2] [4, 3] : tensor<4x8xf32>   // x[0:4, 2:5]
    ```

    First the offsets, then the sizes.
    Constraints: 1. one offset and size a dimension; 2. the box is inside and
    not empty.
  }];
  let arguments = (ins Sft_AnyTensor:$x, DenseI64ArrayAttr:$offsets,
                       DenseI64ArrayAttr:$sizes);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = "$x $offsets $sizes attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Sft_PadOp : Sft_PureOp<"pad", [Sft_Infer, Sft_Sharded, Sft_Loop,
                                   Sft_Differentiable, Sft_PassesIndices]> {
  let summary = "Zeros around";
  let description = [{
    ```mlir
    %y = sft.pad %x low [0, 2] high [0, 3] : tensor<4x3xf32>  // tensor<4x8xf32>
    ```

    Constraints: 1. one low and high a dimension, none negative.
  }];
  let arguments = (ins Sft_NumberTensor:$x, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high);
  let results = (outs Sft_NumberTensor:$y);
  let assemblyFormat = "$x `low` $low `high` $high attr-dict `:` type($x)";
  let hasFolder = 1;
}

def Sft_ConcatOp : Sft_PureOp<"concat", [Sft_Infer, Sft_Sharded,
                                         Sft_KernelLoops, Sft_Differentiable,
                                         Sft_Indexing]> {
  let summary = "Operands one after another along an axis";
  let description = [{
    ```mlir
    %z = sft.concat %x, %y axis 1 : tensor<4x3xf32>, tensor<4x5xf32>
    ```

    Constraints: 1. at least one operand; 2. the axis is in range; 3. element
    types agree; 4. shapes agree but for the axis.
  }];
  let arguments = (ins Variadic<Sft_AnyTensor>:$operands, I64Attr:$axis);
  let results = (outs Sft_AnyTensor:$result);
  let assemblyFormat = "$operands `axis` $axis attr-dict `:` type($operands)";
  let hasFolder = 1;
}

#endif // SFT_SHAPE_TD
