// RUN: sft-opt %s --split-input-file --verify-diagnostics

sft.step predict @add_c1(%x: tensor<4xf32>, %y: tensor<4xf64>) {
  // expected-error @below {{sft.add: element types 'f32' and 'f64' differ; use sft.cast}}
  %z = sft.add %x, %y : tensor<4xf32>, tensor<4xf64>
}

// -----

sft.step predict @add_c2(%x: tensor<4x8xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{sft.add: shapes do not broadcast: 'tensor<4x8xf32>' and 'tensor<4xf32>'; aligned at the last dimension, sizes must agree or be 1}}
  %z = sft.add %x, %y : tensor<4x8xf32>, tensor<4xf32>
}

// -----

sft.step predict @exp_of_integers(%x: tensor<4xi32>) {
  // expected-error @below {{operand #0 must be}}
  %z = sft.exp %x : tensor<4xi32>
}

// -----

sft.step predict @compare_c1(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @below {{sft.compare: element types 'f32' and 'i32' differ; use sft.cast}}
  %z = sft.compare lt, %x, %y : tensor<4xf32>, tensor<4xi32>
}

// -----

sft.step predict @compare_c2(%x: tensor<4xf32>, %y: tensor<3xf32>) {
  // expected-error @below {{sft.compare: shapes do not broadcast}}
  %z = sft.compare lt, %x, %y : tensor<4xf32>, tensor<3xf32>
}

// -----

sft.step predict @select_c1(%c: tensor<4xi1>, %x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @below {{sft.select: element types 'f32' and 'i32' differ; use sft.cast}}
  %z = sft.select %c, %x, %y : tensor<4xi1>, tensor<4xf32>, tensor<4xi32>
}

// -----

sft.step predict @select_c2(%c: tensor<3xi1>, %x: tensor<4xf32>, %y: tensor<4xf32>) {
  // expected-error @below {{sft.select: shapes do not broadcast}}
  %z = sft.select %c, %x, %y : tensor<3xi1>, tensor<4xf32>, tensor<4xf32>
}

// -----

sft.step predict @cast_c1(%x: tensor<4xf32>) {
  // expected-error @below {{changes the shape of 'tensor<4xf32>' to 'tensor<5xi32>'}}
  %z = sft.cast %x : tensor<4xf32> to tensor<5xi32>
}

// -----

sft.step predict @constant_c1() {
  // expected-error @below {{holds one value for all elements, like dense<2.0> : tensor<4x8xf32>; data comes in as inputs}}
  %z = sft.constant dense<[1.0, 2.0]> : tensor<2xf32>
}
