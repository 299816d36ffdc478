// RUN: sft-opt %s --test-print-factor-rules --verify-diagnostics

// Batch and heads are cut freely; sequences and widths are whole.
sft.step predict @attention(
    %q: tensor<2x8x4x16xf32>, %k: tensor<2x5x4x16xf32>,
    %v: tensor<2x5x4x16xf32>, %g: tensor<2x8x4x16xf32>) {
  // expected-remark@+1 {{([i,j,k,l],[i,m,k,l],[i,m,k,l]) -> [i,j,k,l],[i,k,j], j whole, l whole, m whole}}
  %y, %lse = sft.attention_forward %q, %k, %v scale 0.25
      : tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
  // expected-remark@+1 {{([i,j,k,l],[i,m,k,l],[i,m,k,l],[i,j,k,l],[i,k,j],[i,j,k,l]) -> [i,j,k,l],[i,m,k,l],[i,m,k,l], j whole, l whole, m whole}}
  %dq, %dk, %dv = sft.attention_backward %q, %k, %v, %y, %lse, %g scale 0.25
      : tensor<2x4x8xf32>, tensor<2x8x4x16xf32>, tensor<2x5x4x16xf32>
}

// A reshape hands the cut of the columns to the heads.
sft.step predict @heads(%x: tensor<2x8x64xf32>) {
  // expected-remark@+1 {{([i,j,k*l]) -> [i,j,k,l], linear in 0}}
  %y = sft.reshape %x : tensor<2x8x64xf32> to tensor<2x8x4x16xf32>
}
