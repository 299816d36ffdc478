//===- Collective.td - Communication typed by mesh axes -----*- tablegen -*-===//
//
// Operands are this rank's values. `axes` are mesh axes by index, major first;
// ranks that agree on all other axes form a group.
//
//===----------------------------------------------------------------------===//
#ifndef SFT_COLLECTIVE_TD
#define SFT_COLLECTIVE_TD

include "dialects/sft/OpBase.td"
include "dialects/sft/Attributes.td"

class Sft_CollectiveOp<string mnemonic, list<Trait> traits = []>
    : Sft_Op<mnemonic, !listconcat([
        Pure, DeclareOpInterfaceMethods<Sft_CollectiveOpInterface>], traits)>;

def Sft_AllReduceOp : Sft_CollectiveOp<"all_reduce"> {
  let summary = "Combines values over a group; everyone gets the result";
  let description = [{
    Several operands form a bucket: one message.

    ```
    data=2:   rank 0: a0   rank 1: a1    ->    rank 0: a0+a1   rank 1: a0+a1
    ```

    ```mlir
    %s:2 = sft.all_reduce sum %a, %b axes [0] why "gradient of w1" : tensor<8xf32>, tensor<4xf32>
    ```

    Constraints: 1. result types are the operands'; 2. axes are not empty.
  }];
  let arguments = (ins Sft_ReduceKind:$kind, Variadic<Sft_NumberTensor>:$operands,
                       DenseI64ArrayAttr:$axes, StrAttr:$why);
  let results = (outs Variadic<Sft_NumberTensor>:$results);
  let assemblyFormat = [{
    $kind $operands `axes` $axes `why` $why attr-dict `:` type($operands)
    `->` type($results)
  }];
  let hasVerifier = 1;
}

def Sft_AllGatherOp : Sft_CollectiveOp<"all_gather"> {
  let summary = "Concatenates the group's shards along a dimension; everyone gets all";
  let description = [{
    ```
    data=2:   rank 0: [a]   rank 1: [b]    ->    rank 0: [a b]   rank 1: [a b]
    ```

    A CSR value is gathered along its rows and comes out in blocks.

    ```mlir
    %y = sft.all_gather %x dim 0 axes [0] why "..." : tensor<4x8xf32> to tensor<8x8xf32>
    ```

    Constraints: 1. only the gathered dimension grows.
  }];
  let arguments = (ins AnyTypeOf<[Sft_AnyTensor, Sft_CsrType]>:$x, I64Attr:$dim,
                       DenseI64ArrayAttr:$axes, StrAttr:$why);
  let results = (outs AnyTypeOf<[Sft_AnyTensor, Sft_CsrType]>:$y);
  let assemblyFormat = [{
    $x `dim` $dim `axes` $axes `why` $why attr-dict `:` type($x) `to` type($y)
  }];
  let hasVerifier = 1;
}

#endif // SFT_COLLECTIVE_TD
