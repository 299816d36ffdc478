// RUN: sft-opt %s --split-input-file --verify-diagnostics

// sft.matmul 1: element types agree.
sft.step predict @types(%x: tensor<2x3xf32>, %y: tensor<3x4xf64>) {
  // expected-error@+1 {{sft.matmul: element types of 'tensor<2x3xf32>' and 'tensor<3x4xf64>' differ; use sft.cast}}
  %z = sft.matmul %x, %y : tensor<2x3xf32>, tensor<3x4xf64>
}

// -----

// sft.matmul 2: ranks are at least 2.
sft.step predict @ranks(%x: tensor<3xf32>, %y: tensor<3x4xf32>) {
  // expected-error@+1 {{sft.matmul: 'tensor<3xf32>' is not a matrix; use sft.reshape}}
  %z = sft.matmul %x, %y : tensor<3xf32>, tensor<3x4xf32>
}

// -----

// sft.matmul 3: the contracted sizes agree.
sft.step predict @contracted(%x: tensor<2x3xf32>, %y: tensor<4x3xf32>) {
  // expected-error@+1 {{sft.matmul: contracted sizes 3 of 'tensor<2x3xf32>' and 4 of 'tensor<4x3xf32>' differ; is one of them stored transposed (transpose_x, transpose_y)?}}
  %z = sft.matmul %x, %y : tensor<2x3xf32>, tensor<4x3xf32>
}

// -----

// sft.matmul 3: the contracted sizes agree, of transposed operands too.
sft.step predict @contracted(%x: tensor<2x3xf32>, %y: tensor<4x3xf32>) {
  // expected-error@+1 {{sft.matmul: contracted sizes 2 of 'tensor<2x3xf32>' and 3 of 'tensor<4x3xf32>' differ}}
  %z = sft.matmul %x, %y {transpose_x, transpose_y}
      : tensor<2x3xf32>, tensor<4x3xf32>
}

// -----

// sft.matmul 4: leading dimensions broadcast.
sft.step predict @leading(%x: tensor<5x2x3xf32>, %y: tensor<6x3x4xf32>) {
  // expected-error@+1 {{sft.matmul: leading dimensions of 'tensor<5x2x3xf32>' and 'tensor<6x3x4xf32>' do not broadcast}}
  %z = sft.matmul %x, %y : tensor<5x2x3xf32>, tensor<6x3x4xf32>
}

// -----

sft.step predict @integers(%x: tensor<2x3xi32>, %y: tensor<3x4xi32>) {
  // expected-error@+1 {{'sft.matmul' op operand #0 must be statically shaped tensor of 32-bit float or 64-bit float or bfloat16 type values}}
  %z = sft.matmul %x, %y : tensor<2x3xi32>, tensor<3x4xi32>
}

// -----

// The result type is inferred: another one is refused.
sft.step predict @result(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{inferred type(s) 'tensor<2x4xf32>' are incompatible with return type(s) of operation 'tensor<4x2xf32>'}}
  %z = "sft.matmul"(%x, %y) : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<4x2xf32>
}

// -----

// sft.linear 1: element types agree.
sft.step predict @types(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>,
                        %b: tensor<4xf64>) {
  // expected-error@+1 {{sft.linear: element types of 'tensor<2x3xf32>' and 'tensor<4xf64>' differ; use sft.cast}}
  %y = sft.linear %x, %w, %b : tensor<2x3xf32>, tensor<3x4xf32>, tensor<4xf64>
}

// -----

// sft.linear 2: weight is a matrix whose rows match the last dimension of x.
sft.step predict @matrix(%x: tensor<2x3xf32>, %w: tensor<1x3x4xf32>) {
  // expected-error@+1 {{sft.linear: weight 'tensor<1x3x4xf32>' is not a matrix [in, out]}}
  %y = sft.linear %x, %w : tensor<2x3xf32>, tensor<1x3x4xf32>
}

// -----

// sft.linear 2: weight is a matrix whose rows match the last dimension of x.
sft.step predict @rows(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) {
  // expected-error@+1 {{sft.linear: the last dimension of 'tensor<2x3xf32>' and the 4 rows of weight 'tensor<4x3xf32>' differ; a weight is [in, out]}}
  %y = sft.linear %x, %w : tensor<2x3xf32>, tensor<4x3xf32>
}

// -----

// sft.linear 2: a scalar has no last dimension.
sft.step predict @scalar(%x: tensor<f32>, %w: tensor<4x3xf32>) {
  // expected-error@+1 {{sft.linear: the last dimension of 'tensor<f32>'}}
  %y = sft.linear %x, %w : tensor<f32>, tensor<4x3xf32>
}

// -----

// sft.linear 3: bias is a vector that matches its columns.
sft.step predict @bias(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>,
                       %b: tensor<3xf32>) {
  // expected-error@+1 {{sft.linear: bias 'tensor<3xf32>' does not match the columns of weight 'tensor<3x4xf32>'; it must be 'tensor<4xf32>'}}
  %y = sft.linear %x, %w, %b : tensor<2x3xf32>, tensor<3x4xf32>, tensor<3xf32>
}
