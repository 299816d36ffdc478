//===- Linear.td - Matrix products --------------------------*- tablegen -*-===//
#ifndef SFT_LINEAR_TD
#define SFT_LINEAR_TD

include "dialects/sft/OpBase.td"

def Sft_MatmulOp : Sft_PureOp<"matmul", [Sft_Infer, Sft_Sharded,
                                         Sft_Differentiable]> {
  let summary = "Matrix product, batched, with transposed operands";
  let description = [{
    `[.., m, k] x [.., k, n] -> [.., m, n]`; leading dimensions broadcast as in
    NumPy. `transpose_x` says that x is stored as `[.., k, m]`, `transpose_y`
    that y is stored as `[.., n, k]`. Becomes a `plan.contract`; a preceding
    sft.transpose of the last two dimensions becomes a flag.

    ```mlir
    %z = sft.matmul %x, %y : tensor<32x64xf32>, tensor<64x10xf32>
    %g = sft.matmul %x, %z {transpose_x} : tensor<32x64xf32>, tensor<32x10xf32>
    ```

    Constraints: 1. element types agree; 2. ranks are at least 2; 3. the
    contracted sizes agree; 4. leading dimensions broadcast.
  }];
  let arguments = (ins Sft_FloatTensor:$x, Sft_FloatTensor:$y,
                       UnitAttr:$transpose_x, UnitAttr:$transpose_y);
  let results = (outs Sft_FloatTensor:$z);
  let assemblyFormat = "$x `,` $y attr-dict `:` type($x) `,` type($y)";
  let hasCanonicalizeMethod = 1;
}

def Sft_LinearOp : Sft_PureOp<"linear", [Sft_Infer, Sft_Decomposable,
                                         Sft_Differentiable]> {
  let summary = "Affine layer x W + b";
  let description = [{
    `[.., in] x [in, out] + [out] -> [.., out]`; the bias may be left out.

    ```mlir
    %h = sft.linear %x, %w, %b : tensor<64x13xf32>, tensor<13x64xf32>, tensor<64xf32>
    ```

    Constraints: 1. element types agree; 2. weight is a matrix whose rows match
    the last dimension of x; 3. bias is a vector that matches its columns.
  }];
  let arguments = (ins Sft_FloatTensor:$x, Sft_FloatTensor:$weight,
                       Optional<Sft_FloatTensor>:$bias);
  let results = (outs Sft_FloatTensor:$y);
  let assemblyFormat = [{
    $x `,` $weight (`,` $bias^)? attr-dict `:` type($x) `,` type($weight)
    (`,` type($bias)^)?
  }];
}

#endif // SFT_LINEAR_TD
