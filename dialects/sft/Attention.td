//===- Attention.td - Attention without its scores ----------*- tablegen -*-===//
#ifndef SFT_ATTENTION_TD
#define SFT_ATTENTION_TD

include "dialects/sft/OpBase.td"

// Sums over a sequence are made in the element type: no bf16.
def Sft_AttentionTensor : StaticShapeTensorOf<[F32, F64]>;

def Sft_AttentionOp : Sft_PureOp<"attention", [
    Sft_Infer, AllTypesMatch<["k", "v"]>, Sft_Decomposable,
    Sft_Differentiable]> {
  let summary = "Multi-head attention: softmax(scale q k^T) v (Vaswani 2017)";
  let description = [{
    q, k and v are `[batch, sequence, heads, width]`, as a linear layer leaves
    them: a reshape splits its columns into heads, and nothing is transposed. k
    and v may have a sequence of another length. `causal`: a position sees
    itself and what is before it. `scale` is 1 / sqrt(width) if it is not given.
    The scores are never in memory as a whole.

    ```mlir
    %q4 = sft.reshape %q : tensor<8x64x96xf32> to tensor<8x64x6x16xf32>
    %y = sft.attention %q4, %k4, %v4 causal : tensor<8x64x6x16xf32>
    ```

    Constraints: 1. element types agree and are f32 or f64; 2. q and k have four
    dimensions; 3. all but the sequence agree; 4. causal: the sequences are
    equally long.
  }];
  let arguments = (ins Sft_AttentionTensor:$q, Sft_AttentionTensor:$k,
                       Sft_AttentionTensor:$v, UnitAttr:$causal,
                       OptionalAttr<F64Attr>:$scale);
  let results = (outs Sft_AttentionTensor:$y);
  let assemblyFormat = [{
    $q `,` $k `,` $v (`causal` $causal^)? (`scale` $scale^)? attr-dict `:`
    custom<SameOrEach>(type($q), type($k))
  }];
}

def Sft_AttentionForwardOp : Sft_PureOp<"attention_forward", [
    Sft_Infer, AllTypesMatch<["k", "v"]>, Sft_Sharded, Sft_RangeKernel]> {
  let summary = "sft.attention, and what its gradient starts from";
  let description = [{
    `lse` is `[batch, heads, sequence]`, the logarithm of the sum of e^score
    over the keys: with it the gradient finds each weight again without the
    others.

    ```mlir
    %y, %lse = sft.attention_forward %q, %k, %v scale 0.25 causal
        : tensor<8x64x6x16xf32>
    ```

    It walks over blocks of queries and keys and keeps the maximum and sum of
    each row as it goes (FlashAttention, Dao et al. 2022), skipping blocks that
    `causal` hides. Constraints: as sft.attention.
  }];
  let arguments = (ins Sft_AttentionTensor:$q, Sft_AttentionTensor:$k,
                       Sft_AttentionTensor:$v, F64Attr:$scale,
                       UnitAttr:$causal);
  let results = (outs Sft_AttentionTensor:$y, Sft_AttentionTensor:$lse);
  let assemblyFormat = [{
    $q `,` $k `,` $v `scale` $scale (`causal` $causal^)? attr-dict `:`
    custom<SameOrEach>(type($q), type($k))
  }];
}

def Sft_AttentionBackwardOp : Sft_PureOp<"attention_backward", [
    Sft_Infer, AllTypesMatch<["k", "v"]>, AllTypesMatch<["q", "y", "g"]>,
    Sft_Sharded, Sft_RangeKernel]> {
  let summary = "The gradients of sft.attention by q, k and v";
  let description = [{
    From the operands and results of sft.attention_forward and the gradient g of
    y. Scores are computed again, block by block, rather than kept.

    ```mlir
    %dq, %dk, %dv = sft.attention_backward %q, %k, %v, %y, %lse, %g scale 0.25
        causal : tensor<8x6x64xf32>, tensor<8x64x6x16xf32>
    ```

    With p = e^(scale q k^T - lse) and dp = g v^T: dv = p^T g, ds = scale p
    (dp - sum(g y)), dq = ds k, dk = ds^T q. Constraints: as sft.attention.
  }];
  let arguments = (ins Sft_AttentionTensor:$q, Sft_AttentionTensor:$k,
                       Sft_AttentionTensor:$v, Sft_AttentionTensor:$y,
                       Sft_AttentionTensor:$lse, Sft_AttentionTensor:$g,
                       F64Attr:$scale, UnitAttr:$causal);
  let results = (outs Sft_AttentionTensor:$dq, Sft_AttentionTensor:$dk,
                      Sft_AttentionTensor:$dv);
  let assemblyFormat = [{
    $q `,` $k `,` $v `,` $y `,` $lse `,` $g `scale` $scale (`causal` $causal^)?
    attr-dict `:` type($lse) `,` custom<SameOrEach>(type($q), type($k))
  }];
}

#endif // SFT_ATTENTION_TD
