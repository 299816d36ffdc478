// RUN: sft-opt %s --split-input-file --verify-diagnostics

// sft.reduce 1: axes are in range, ascending, without duplicates.
sft.step predict @range(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{sft.reduce: axis 2 is not a dimension of 'tensor<4x8xf32>'; dimensions count from 0}}
  %y = sft.reduce sum %x axes [0, 2] : tensor<4x8xf32>
}

// -----

// sft.reduce 1: axes are in range, ascending, without duplicates.
sft.step predict @negative(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{sft.reduce: axis -1 is not a dimension of 'tensor<4x8xf32>'; dimensions count from 0}}
  %y = sft.reduce max %x axes [-1] : tensor<4x8xf32>
}

// -----

// sft.reduce 1: axes are in range, ascending, without duplicates.
sft.step predict @descending(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{sft.reduce: axes of 'tensor<4x8xf32>' must ascend without duplicates}}
  %y = sft.reduce sum %x axes [1, 0] : tensor<4x8xf32>
}

// -----

// sft.reduce 1: axes are in range, ascending, without duplicates.
sft.step predict @duplicate(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{sft.reduce: axes of 'tensor<4x8xf32>' must ascend without duplicates}}
  %y = sft.reduce sum %x axes [1, 1] : tensor<4x8xf32>
}

// -----

// sft.mean 1: as sft.reduce.
sft.step predict @mean(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{sft.mean: axis 7 is not a dimension of 'tensor<4x8xf32>'}}
  %y = sft.mean %x axes [7] : tensor<4x8xf32>
}

// -----

// sft.softmax 1: axis is in range.
sft.step predict @softmax(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{'sft.softmax' op axis 2 is not a dimension of 'tensor<4x8xf32>'; dimensions count from 0}}
  %y = sft.softmax %x axis 2 : tensor<4x8xf32>
}

// -----

// sft.log_softmax 1: axis is in range; a scalar has none.
sft.step predict @log_softmax(%x: tensor<f32>) {
  // expected-error@+1 {{'sft.log_softmax' op axis -1 is not a dimension of 'tensor<f32>'}}
  %y = sft.log_softmax %x : tensor<f32>
}

// -----

// sft.layer_norm 1: element types agree.
sft.step predict @layer_norm(%x: tensor<4x8xf32>, %s: tensor<8xf64>) {
  // expected-error@+1 {{sft.layer_norm: 'tensor<8xf64>' does not match the last dimension of 'tensor<4x8xf32>'; scale and shift must be 'tensor<8xf32>'}}
  %y = sft.layer_norm %x, %s, %s : tensor<4x8xf32>, tensor<8xf64>
}

// -----

// sft.layer_norm 2: scale and shift are vectors that match the last dimension of x.
sft.step predict @layer_norm(%x: tensor<4x8xf32>, %s: tensor<4xf32>) {
  // expected-error@+1 {{sft.layer_norm: 'tensor<4xf32>' does not match the last dimension of 'tensor<4x8xf32>'; scale and shift must be 'tensor<8xf32>'}}
  %y = sft.layer_norm %x, %s, %s : tensor<4x8xf32>, tensor<4xf32>
}

// -----

// sft.rms_norm 1: element types agree.
sft.step predict @rms_norm(%x: tensor<4x8xf32>, %s: tensor<8xbf16>) {
  // expected-error@+1 {{sft.rms_norm: 'tensor<8xbf16>' does not match the last dimension of 'tensor<4x8xf32>'}}
  %y = sft.rms_norm %x, %s : tensor<4x8xf32>, tensor<8xbf16>
}

// -----

// sft.rms_norm 2: scale is a vector that matches the last dimension of x.
sft.step predict @rms_norm(%x: tensor<4x8xf32>, %s: tensor<1x8xf32>) {
  // expected-error@+1 {{sft.rms_norm: 'tensor<1x8xf32>' does not match the last dimension of 'tensor<4x8xf32>'}}
  %y = sft.rms_norm %x, %s : tensor<4x8xf32>, tensor<1x8xf32>
}

// -----

// sft.rms_norm 2: a scalar has no last dimension.
sft.step predict @rms_norm(%x: tensor<f32>, %s: tensor<8xf32>) {
  // expected-error@+1 {{sft.rms_norm: 'tensor<f32>' has no dimension to normalise over}}
  %y = sft.rms_norm %x, %s : tensor<f32>, tensor<8xf32>
}

// -----

// A type that is written once is a tensor's.
sft.step predict @vector(%x: tensor<4x8xf32>, %s: tensor<8xf32>) {
  // expected-error@+1 {{invalid kind of type specified}}
  %y = sft.layer_norm %x, %s, %s : tensor<4x8xf32>, vector<8xf32>
}
