// RUN: sft-opt %s --test-print-factor-rules --verify-diagnostics

sft.step predict @sum(%x: tensor<4x8xf32>) {
  // expected-remark@+1 {{([i,j]) -> [j], i sum, linear in 0}}
  %y = sft.reduce sum %x axes [0] : tensor<4x8xf32>
}

sft.step predict @kept(%x: tensor<4x8xf32>) {
  // expected-remark@+1 {{([i,j]) -> [i,1], j sum, linear in 0}}
  %y = sft.reduce sum %x axes [1] keep : tensor<4x8xf32>
}

// A maximum of partial sums is not a partial sum of maxima.
sft.step predict @max(%x: tensor<4x8x2xf32>) {
  // expected-remark-re@+1 {{{{^}}([i,j,k]) -> [j], i max, k max{{$}}}}
  %y = sft.reduce max %x axes [0, 2] : tensor<4x8x2xf32>
}
