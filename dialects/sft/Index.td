//===- Index.td - Rows by index, positions, random numbers --*- tablegen -*-===//
#ifndef SFT_INDEX_TD
#define SFT_INDEX_TD

include "dialects/sft/OpBase.td"

def Sft_EmbeddingOp : Sft_PureOp<"embedding", [Sft_Infer, Sft_ShardedByPosition,
                                               Sft_Loop, Sft_Differentiable,
                                               Sft_Indexing]> {
  let summary = "Rows of a table";
  let description = [{
    `[rows, width]` at indices `[..]` -> `[.., width]`. An index below 0 or not
    below `rows` yields a row of zeros; where indices are an input of the model,
    data that hold such a one are refused. With an offset, the table is rows
    `offset` to `offset + rows` of a larger one: ranks that hold a part each sum
    up to the whole.

    ```mlir
    %e = sft.embedding %table, %ids : tensor<65x32xf32>, tensor<4x16xi32>
    ```

    Constraints: 1. the table is a matrix.
  }];
  let arguments = (ins Sft_FloatTensor:$table, Sft_IntTensor:$indices,
                       Optional<Sft_I64Scalar>:$offset);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $table `,` $indices (`offset` $offset^)? attr-dict `:` type($table) `,`
    type($indices)
  }];
}

def Sft_ScatterAddOp : Sft_PureOp<"scatter_add", [Sft_ShardedByPosition,
                                                 Sft_KernelLoops,
                                                 Sft_Differentiable,
                                                 Sft_Indexing]> {
  let summary = "Sums of rows by index: the gradient of sft.embedding";
  let description = [{
    Row i of the result is the sum of the rows of `updates` whose index is i (or
    `offset` + i), in the order of the indices.

    ```mlir
    %g = sft.scatter_add %ids, %dy
        : tensor<4x16xi32>, tensor<4x16x32xf32> to tensor<65x32xf32>
    ```

    Constraints: 1. updates has the indices' dimensions followed by the row;
    2. element types of updates and result agree.
  }];
  let arguments = (ins Sft_IntTensor:$indices, Sft_FloatTensor:$updates,
                       Optional<Sft_I64Scalar>:$offset);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $indices `,` $updates (`offset` $offset^)? attr-dict `:` type($indices) `,`
    type($updates) `to` type($y)
  }];
  let hasVerifier = 1;
}

def Sft_GatherRowsOp : Sft_PureOp<"gather_rows", [Sft_Infer, Sft_Sharded,
                                                  Sft_Loop]> {
  let summary = "The rows of a table that occurred";
  let description = [{
    As sft.embedding with a vector of indices, for the optimizer: entries of -1
    (past the last row that occurred) yield zeros. No gradient.

    ```mlir
    %r = sft.gather_rows %w, %rows : tensor<100x8xf32>, tensor<16xi32>
    ```

    Constraints: 1. the table is a matrix, the indices are a vector.
  }];
  let arguments = (ins Sft_FloatTensor:$table, Sft_IntTensor:$indices);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat =
      "$table `,` $indices attr-dict `:` type($table) `,` type($indices)";
}

def Sft_ScatterRowsOp : Sft_PureOp<"scatter_rows", [
    Sft_Infer, Sft_Sharded,
    DeclareOpInterfaceMethods<Sft_LoopOpInterface,
                              ["getUpdatedOperand"]>]> {
  let summary = "A table with some rows replaced";
  let description = [{
    Row indices[i] of the table becomes row i of `rows`; -1 is skipped. Indices
    other than -1 occur once. The table's buffer is updated in place.

    ```mlir
    %w1 = sft.scatter_rows %w, %rows, %new
        : tensor<100x8xf32>, tensor<16xi32>, tensor<16x8xf32>
    ```

    Constraints: 1. table and rows are matrices of one width, indices a vector
    as long as rows.
  }];
  let arguments = (ins Sft_FloatTensor:$table, Sft_IntTensor:$indices,
                       Sft_FloatTensor:$rows);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $table `,` $indices `,` $rows attr-dict `:` type($table) `,` type($indices)
    `,` type($rows)
  }];
}

def Sft_ExpandRowsOp : Sft_PureOp<"expand_rows", [Sft_Infer, Sft_Sharded,
                                                  Sft_Loop]> {
  let summary = "A row-sparse gradient as a dense tensor";
  let description = [{
    Row i of the result is row slots[i] of `rows`, or zero where slots[i] is -1.
    It is fused into its consumer, so that the dense tensor does not come into
    being; a lazy optimizer looks through it.

    ```mlir
    %g = sft.expand_rows %slots, %values, %rows
        : tensor<100xi32>, tensor<16x8xf32>, tensor<16xi32>
    ```

    `indices` are the table rows of `rows` (-1 past the last), the inverse of
    `slots`; the computation does not need them, the optimizer does.
    Constraints: 1. rows is a matrix; 2. slots and indices are vectors; indices
    is as long as rows.
  }];
  let arguments = (ins Sft_IntTensor:$slots, Sft_FloatTensor:$rows,
                       Sft_IntTensor:$indices);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $slots `,` $rows `,` $indices attr-dict `:` type($slots) `,` type($rows) `,`
    type($indices)
  }];
}

def Sft_OccurringIndicesOp : Sft_PureOp<"occurring_indices", [
    Sft_Infer, Sft_Sharded, Sft_KernelLoops]> {
  let summary = "The rows of a table that indices name, numbered";
  let description = [{
    As sft.occurring_rows, for sft.embedding: `indices[s]` is the s-th of the
    table's `rows` rows to occur, in order of first occurrence, -1 past the
    last; `slots[r]` is the s of row r, or -1; `places` has the s of each
    element of x, -1 where x names no row. There are as many indices as x has
    elements, or rows if they are fewer.

    ```mlir
    %rows, %slots, %places = sft.occurring_indices %ids of 65
        : tensor<4x16xi32>
    %values = sft.scatter_add %places, %dy
        : tensor<4x16xi32>, tensor<4x16x32xf32> to tensor<64x32xf32>
    ```

    Constraints: 1. there is a row.
  }];
  let arguments = (ins Sft_IntTensor:$x, I64Attr:$rows);
  let results = (outs StaticShapeTensorOf<[I32]>:$indices,
                       StaticShapeTensorOf<[I32]>:$slots,
                       StaticShapeTensorOf<[I32]>:$places);
  let assemblyFormat = "$x `of` $rows attr-dict `:` type($x)";
}

def Sft_IotaOp : Sft_PureOp<"iota", [
    Sft_LoopOverIndices, Sft_ShardedByPosition]> {
  let summary = "The global position along an axis";
  let description = [{
    y[i0, i1, ..] = i_axis + offset. `offset` (an i64 scalar) is this shard's first
    position; it is absent in a model.

    ```mlir
    %i = sft.iota axis 1 : tensor<64x10xi32>
    ```

    Constraints: 1. the axis is in range.
  }];
  let arguments = (ins Optional<Sft_I64Scalar>:$offset, I64Attr:$axis);
  let results = (outs Sft_IntTensor:$y);
  let assemblyFormat =
      "(`from` $offset^)? `axis` $axis attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def Sft_RandomUniformOp : Sft_PureOp<"random_uniform", [
    Sft_LoopOverIndices, Sft_ShardedByPosition]> {
  let summary = "Uniform random numbers in (0, 1), keyed by global index";
  let description = [{
    Philox4x32-10 (Salmon et al. 2011) with key = (low and high word of seed) and
    counter = (index low, index high, step low, step high + stream + word << 30),
    index the row-major position in the *global* shape. Word 0 of the output gives
    ((bits >> 9) + 0.5) * 2^-23, which f32 holds exactly. A sharded run draws what
    one rank draws.

    ```mlir
    %u = sft.random_uniform %seed, %step stream 17 word 0 : tensor<64x128xf32>
    ```

    `offsets` are this shard's first positions, `global_shape` the shape of the
    whole; both are absent in a model.
    Constraints: 1. stream is below 2^30, word below 4; 2. with offsets or a
    global shape, there is one of both for each dimension.
  }];
  let arguments = (ins Sft_I64Scalar:$seed, Sft_I64Scalar:$step,
                       Variadic<Sft_I64Scalar>:$offsets,
                       I64Attr:$stream, I64Attr:$word,
                       OptionalAttr<DenseI64ArrayAttr>:$global_shape);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $seed `,` $step `stream` $stream `word` $word
    (`from` `(` $offsets^ `)` `of` $global_shape)? attr-dict `:` type($y)
  }];
  let hasVerifier = 1;
}

def Sft_DropoutOp : Sft_PureOp<"dropout", [SameOperandsAndResultType]> {
  let summary = "Zeroes elements at random and scales the rest (Srivastava et al. 2014)";
  let description = [{
    In training each element is kept with probability 1 - rate and multiplied by
    1 / (1 - rate); elsewhere the op is the identity. Masks depend on seed, step
    and global index alone. Training replaces the op before it differentiates.

    ```mlir
    %y = sft.dropout %x rate 0.1 : tensor<4x8xf32>
    ```

    Constraints: 1. rate is in [0, 1).
  }];
  let arguments = (ins Sft_FloatTensor:$x, F64Attr:$rate);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = "$x `rate` $rate attr-dict `:` type($x)";
  let hasVerifier = 1;
}

#endif // SFT_INDEX_TD
