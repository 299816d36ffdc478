//===- Sparse.td - Sparse feature transformation ------------*- tablegen -*-===//
#ifndef SFT_SPARSE_TD
#define SFT_SPARSE_TD

include "dialects/sft/OpBase.td"

def Sft_TransformOp : Sft_PureOp<"transform", [Sft_Infer,
                                               Sft_ShardedByPosition,
                                               Sft_KernelLoops,
                                               Sft_Differentiable]> {
  let summary = "z = x W on a batch of sparse rows";
  let description = [{
    `[rows, columns]` (CSR) x `[columns, n]` -> `[rows, n]`. The gradient of W
    touches only the rows of W whose column occurred (sft.expand_rows of
    sft.transform_gradient).

    ```mlir
    %z = sft.transform %x, %w
        : !sft.csr<32x10000xf32, capacity = 1600>, tensor<10000x100xf32>
    ```

    With an offset, W is its rows from `offset` on, and columns that have none
    count as zero: ranks that hold a part each sum up to the whole.

    Constraints: 1. W is a matrix with as many rows as x has columns (with an
    offset: at most as many); 2. element types agree.
  }];
  let arguments = (ins Sft_CsrType:$x, Sft_FloatTensor:$w,
                       Optional<Sft_I64Scalar>:$offset);
  let results = (outs Sft_FloatTensor:$z);
  let assemblyFormat = [{
    $x `,` $w (`offset` $offset^)? attr-dict `:` qualified(type($x)) `,`
    type($w)
  }];
}

def Sft_OccurringRowsOp : Sft_PureOp<"occurring_rows", [Sft_Sharded,
                                                        Sft_KernelLoops]> {
  let summary = "The columns of a CSR batch that occur, numbered";
  let description = [{
    `indices[s]` is the s-th column that occurs, in order of first occurrence,
    -1 past the last; `slots[c]` is the s of column c, or -1.

    ```mlir
    %rows, %slots = sft.occurring_rows %x
        : !sft.csr<32x100xf32, capacity = 64> to tensor<64xi32>, tensor<100xi32>
    ```

    Constraints: 1. indices is a vector of at least min(capacity, columns)
    elements (more where the capacities of shards add up to less than the
    whole's); 2. slots is a vector with an element for each column.
  }];
  let arguments = (ins Sft_CsrType:$x);
  let results = (outs StaticShapeTensorOf<[I32]>:$indices,
                       StaticShapeTensorOf<[I32]>:$slots);
  let assemblyFormat = [{
    $x attr-dict `:` qualified(type($x)) `to` type($indices) `,` type($slots)
  }];
  let hasVerifier = 1;
  // With as many indices as x has capacity for.
  let builders = [OpBuilder<(ins "::mlir::Value":$x)>];
}

def Sft_TransformGradientOp : Sft_PureOp<"transform_gradient", [
    Sft_Infer, Sft_Sharded, Sft_KernelLoops]> {
  let summary = "Rows of x^T dz for the columns that occur";
  let description = [{
    `values[slots[c]]` is the sum of x[r, c] * dz[r] over the rows r, in order.

    ```mlir
    %v = sft.transform_gradient %x, %rows, %slots, %dz
        : !sft.csr<32x100xf32, capacity = 64>, tensor<64xi32>, tensor<100xi32>,
          tensor<32x8xf32>
    ```

    Constraints: 1. dz is a matrix with x's rows and element type; 2. indices and
    slots are vectors, slots as long as x has columns: those of
    sft.occurring_rows of x.
  }];
  let arguments = (ins Sft_CsrType:$x, Sft_IntTensor:$indices,
                       Sft_IntTensor:$slots, Sft_FloatTensor:$dz);
  let results = (outs Sft_FloatTensor:$values);
  let assemblyFormat = [{
    $x `,` $indices `,` $slots `,` $dz attr-dict `:` qualified(type($x)) `,`
    type($indices) `,` type($slots) `,` type($dz)
  }];
}

#endif // SFT_SPARSE_TD
