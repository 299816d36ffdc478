//===- Collective.td - Communication typed by mesh axes -----*- tablegen
//-*-===//
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
    : Sft_Op<mnemonic,
             !listconcat([Pure,
                          DeclareOpInterfaceMethods<Sft_CollectiveOpInterface>],
                         traits)>;

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
  let arguments = (ins Sft_ReduceKind:$kind,
      Variadic<Sft_NumberTensor>:$operands, DenseI64ArrayAttr:$axes,
      StrAttr:$why);
  let results = (outs Variadic<Sft_NumberTensor>:$results);
  let assemblyFormat = [{
    $kind $operands `axes` $axes `why` $why attr-dict `:` type($operands)
    `->` type($results)
  }];
  let hasVerifier = 1;
}

def Sft_AllGatherOp : Sft_CollectiveOp<"all_gather"> {
  let summary =
      "Concatenates the group's shards along a dimension; everyone gets all";
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

def Sft_ReduceScatterOp : Sft_CollectiveOp<"reduce_scatter"> {
  let summary =
      "Combines values over a group; everyone gets a part of the result";
  let description = [{
    ```
    data=2:   rank 0: [a0 b0]   rank 1: [a1 b1]    ->    rank 0: [a0+a1]   rank 1: [b0+b1]
    ```

    ```mlir
    %y = sft.reduce_scatter sum %x dim 0 axes [0] why "..." : tensor<8x4xf32> to tensor<4x4xf32>
    ```

    Constraints: 1. only the scattered dimension shrinks.
  }];
  let arguments = (ins Sft_ReduceKind:$kind, Sft_NumberTensor:$x, I64Attr:$dim,
      DenseI64ArrayAttr:$axes, StrAttr:$why);
  let results = (outs Sft_NumberTensor:$y);
  let assemblyFormat = [{
    $kind $x `dim` $dim `axes` $axes `why` $why attr-dict `:` type($x) `to`
    type($y)
  }];
  let hasVerifier = 1;
}

def Sft_AllToAllOp : Sft_CollectiveOp<"all_to_all"> {
  let summary = "Cuts one dimension over the group instead of another";
  let description = [{
    Each rank cuts its value along `split` and keeps what has its own place;
    what arrives is concatenated along `concat` in the order of the senders.

    ```
    data=2:   rank 0: [a b]   rank 1: [c d]   ->   rank 0: [a]   rank 1: [b]
              (a row each)                                 [c]           [d]
    ```

    ```mlir
    %y = sft.all_to_all %x split 1 concat 0 axes [0] why "..." : tensor<1x2xf32> to tensor<2x1xf32>
    ```

    With split = concat, part i of the dimension goes to rank i and arrives as
    part of the sender's number; the shape stays.

    Constraints: 1. split shrinks and concat grows by one factor, nothing else
    changes.
  }];
  let arguments = (ins Sft_AnyTensor:$x, I64Attr:$split, I64Attr:$concat,
      DenseI64ArrayAttr:$axes, StrAttr:$why);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = [{
    $x `split` $split `concat` $concat `axes` $axes `why` $why attr-dict `:`
    type($x) `to` type($y)
  }];
  let hasVerifier = 1;
}

def Sft_PermuteOp : Sft_CollectiveOp<"permute", [AllTypesMatch<["x", "y"]>]> {
  let summary = "Everyone gets the value of one member of the group";
  let description = [{
    Member i of the group receives what member from[i] holds; each sends its own
    value once, or keeps it. So parts of equal size change their order, and axes
    that cut dimensions change places.

    ```
    data=3, from [1, 2, 0]:
    rank 0: a   rank 1: b   rank 2: c    ->    rank 0: b   rank 1: c   rank 2: a

    data=2, tensor=2, axes [0, 1], from [0, 2, 1, 3]:
              tensor 0   tensor 1                  tensor 0   tensor 1
    data 0:      a          b               data 0:   a          c
    data 1:      c          d          ->   data 1:   b          d
    ```

    ```mlir
    %y = sft.permute %x from [1, 0] axes [0] why "..." : tensor<4x8xf32>
    ```

    Constraints: 1. from is a permutation of the group: each of 0 .. its size - 1
    once; 2. axes are not empty.
  }];
  let arguments = (ins Sft_AnyTensor:$x, DenseI64ArrayAttr:$from,
      DenseI64ArrayAttr:$axes, StrAttr:$why);
  let results = (outs Sft_AnyTensor:$y);
  let assemblyFormat = [{
    $x `from` $from `axes` $axes `why` $why attr-dict `:` type($x)
  }];
  let hasVerifier = 1;
}

def Sft_AwaitOp
    : Sft_Op<
          "await", [AttrSizedOperandSegments,
                    DeclareOpInterfaceMethods<Sft_InterpretableOpInterface>]> {
  let summary = "The results of a collective that has been under way";
  let description = [{
    A collective that is awaited runs beside the ops between it and its await:
    on a stream of its own. Its results are in no bytes until then, and the bytes
    of what it sends (`while`) stay as they are. The results are views: an await
    has no bytes of its own.

    ```mlir
    %s = sft.reduce_scatter sum %g dim 0 axes [0] why "..." : tensor<8x4xf32> to tensor<4x4xf32>
    %h = sft.contract %x, %w none : ...
    %r = sft.await %s while %g : (tensor<4x4xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
    ```

    An all_reduce works in the bytes of its results, so it sends nothing else.

    Constraints: 1. the values are all results of one collective, in order;
    2. result types are the values'.
  }];
  let arguments = (ins Variadic<AnyType>:$values, Variadic<AnyType>:$sent);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = [{
    $values (`while` $sent^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What it waits for.
    ::mlir::Operation *getCollective() {
      return getValues().front().getDefiningOp();
    }
  }];
}

#endif // SFT_COLLECTIVE_TD
