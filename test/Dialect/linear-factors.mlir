// RUN: sft-opt %s --test-print-factor-rules --verify-diagnostics

sft.step predict @product(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) {
  // expected-remark@+1 {{([i,k],[k,j]) -> [i,j], k sum, linear in 0, 1}}
  %z = sft.matmul %x, %y : tensor<2x3xf32>, tensor<3x4xf32>
}

sft.step predict @transposed(%x: tensor<3x2xf32>, %y: tensor<4x3xf32>) {
  // expected-remark@+1 {{([k,i],[j,k]) -> [i,j], k sum, linear in 0, 1}}
  %z = sft.matmul %x, %y {transpose_x, transpose_y}
      : tensor<3x2xf32>, tensor<4x3xf32>
}

sft.step predict @leading(%x: tensor<5x2x3xf32>, %y: tensor<5x3x4xf32>) {
  // expected-remark@+1 {{([l,i,k],[l,k,j]) -> [l,i,j], k sum, linear in 0, 1}}
  %z = sft.matmul %x, %y : tensor<5x2x3xf32>, tensor<5x3x4xf32>
}

// A leading dimension that repeats has no factor.
sft.step predict @repeats(%x: tensor<5x1x2x3xf32>, %y: tensor<6x3x4xf32>) {
  // expected-remark@+1 {{([l,1,i,k],[m,k,j]) -> [l,m,i,j], k sum, linear in 0, 1}}
  %z = sft.matmul %x, %y : tensor<5x1x2x3xf32>, tensor<6x3x4xf32>
}
