// RUN: sft-opt %s --verify-diagnostics --split-input-file

sft.step evaluate @reshape_c1_element_type(%x: tensor<4x8xf32>) {
  // expected-error @below {{changes the element type of 'tensor<4x8xf32>' to 'tensor<32xi32>'; use sft.cast}}
  %y = sft.reshape %x : tensor<4x8xf32> to tensor<32xi32>
}

// -----

sft.step evaluate @reshape_c1_count(%x: tensor<4x8xf32>) {
  // expected-error @below {{has 32 elements in 'tensor<4x8xf32>' but 33 in 'tensor<33xf32>'}}
  %y = sft.reshape %x : tensor<4x8xf32> to tensor<33xf32>
}

// -----

sft.step evaluate @transpose_c1_twice(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.transpose: [1, 1] does not order the dimensions of 'tensor<4x8xf32>'; each of 0 to 1 occurs once}}
  %y = sft.transpose %x [1, 1] : tensor<4x8xf32>
}

// -----

sft.step evaluate @transpose_c1_length(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.transpose: [0] does not order the dimensions}}
  %y = sft.transpose %x [0] : tensor<4x8xf32>
}

// -----

sft.step evaluate @broadcast_c1(%x: tensor<8xf32>) {
  // expected-error @below {{changes the element type of 'tensor<8xf32>' to 'tensor<4x8xf64>'}}
  %y = sft.broadcast %x : tensor<8xf32> to tensor<4x8xf64>
}

// -----

sft.step evaluate @broadcast_c2(%x: tensor<4xf32>) {
  // expected-error @below {{does not bring 'tensor<4xf32>' to 'tensor<4x8xf32>'; aligned at the last dimension}}
  %y = sft.broadcast %x : tensor<4xf32> to tensor<4x8xf32>
}

// -----

sft.step evaluate @broadcast_c2_shrinks(%x: tensor<4x8xf32>) {
  // expected-error @below {{does not bring 'tensor<4x8xf32>' to 'tensor<1x8xf32>'}}
  %y = sft.broadcast %x : tensor<4x8xf32> to tensor<1x8xf32>
}

// -----

sft.step evaluate @slice_c1(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.slice: 1 offsets and 2 sizes for the 2 dimensions of 'tensor<4x8xf32>'}}
  %y = sft.slice %x [0] [4, 3] : tensor<4x8xf32>
}

// -----

sft.step evaluate @slice_c2_outside(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.slice: 3 from 6 is not inside of dimension 1 of 'tensor<4x8xf32>', which has 0 to 7}}
  %y = sft.slice %x [0, 6] [4, 3] : tensor<4x8xf32>
}

// -----

sft.step evaluate @slice_c2_empty(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.slice: 0 from 2 is not inside of dimension 0}}
  %y = sft.slice %x [2, 0] [0, 8] : tensor<4x8xf32>
}

// -----

sft.step evaluate @pad_c1_count(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.pad: 1 low and 2 high for the 2 dimensions of 'tensor<4x8xf32>'}}
  %y = sft.pad %x low [0] high [0, 3] : tensor<4x8xf32>
}

// -----

sft.step evaluate @pad_c1_negative(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.pad: pads 'tensor<4x8xf32>' low [0, -1] high [0, 3]; none is negative, sft.slice drops}}
  %y = sft.pad %x low [0, -1] high [0, 3] : tensor<4x8xf32>
}

// -----

sft.step evaluate @concat_c1() {
  // expected-error @below {{sft.concat: has no operands}}
  // expected-error @below {{failed to infer returned types}}
  %y = "sft.concat"() <{axis = 0 : i64}> : () -> tensor<4xf32>
}

// -----

sft.step evaluate @concat_c2(%x: tensor<4x8xf32>) {
  // expected-error @below {{sft.concat: axis 2 is not a dimension of 'tensor<4x8xf32>'}}
  %y = sft.concat %x, %x axis 2 : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

sft.step evaluate @concat_c3(%x: tensor<4xf32>, %y: tensor<4xi32>) {
  // expected-error @below {{sft.concat: element types of 'tensor<4xf32>' and 'tensor<4xi32>' differ; use sft.cast}}
  %z = sft.concat %x, %y axis 0 : tensor<4xf32>, tensor<4xi32>
}

// -----

sft.step evaluate @concat_c4(%x: tensor<4x8xf32>, %y: tensor<4x7xf32>) {
  // expected-error @below {{sft.concat: 'tensor<4x8xf32>' and 'tensor<4x7xf32>' differ in more than dimension 0}}
  %z = sft.concat %x, %y axis 0 : tensor<4x8xf32>, tensor<4x7xf32>
}
