// RUN: sft-opt %s --split-input-file --verify-diagnostics

// C1
sft.step train @step_c1(%x: tensor<f32>) {
  // expected-error @+1 {{stands before the step's guard}}
  sft.write @w, %x : tensor<f32>
  sft.guard %x : tensor<f32>
}

// -----

// C2
sft.step train @step_c2(%x: tensor<f32>) {
  sft.write @w, %x : tensor<f32>
  // expected-error @+1 {{writes @w a second time in this step}}
  sft.write @w, %x : tensor<f32>
}

// -----

// C3
// expected-error @+1 {{has limits [5, 6] for an input 'tensor<4x3xi32>'; there is one for all or one for each element of a row, none negative}}
sft.step predict @step_c3_length(%x: tensor<4x3xi32> below [5, 6]) {
}

// -----

// C3
// expected-error @+1 {{has limits [-1] for an input 'tensor<4xi32>'}}
sft.step predict @step_c3_negative(%x: tensor<4xi32> below [-1]) {
}

// -----

// C3
// expected-error @+1 {{has limits [2, 2] for an input 'tensor<i32>'}}
sft.step predict @step_c3_scalar(%x: tensor<i32> below [2, 2]) {
}

// -----

// C4
// expected-error @+1 {{has 2 inputs, but global types and shardings for 1}}
sft.step predict @step_c4(%x: tensor<2xf32> of tensor<4xf32> sharding <[[0]]>, %y: tensor<2xf32>) {
}
