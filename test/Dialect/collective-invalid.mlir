// RUN: sft-opt %s --split-input-file --verify-diagnostics

sft.step predict @all_reduce_c1(%x: tensor<4xf32>) {
  // expected-error @below {{result types are the operands' types}}
  %y = sft.all_reduce sum %x axes [0] why "" : tensor<4xf32> -> tensor<5xf32>
}

// -----

sft.step predict @all_reduce_c2(%x: tensor<4xf32>) {
  // expected-error @below {{needs a mesh axis}}
  %y = sft.all_reduce sum %x axes [] why "" : tensor<4xf32> -> tensor<4xf32>
}

// -----

sft.step predict @all_gather_c1(%x: tensor<4x2xf32>) {
  // expected-error @below {{only dimension 0 grows, but 'tensor<4x2xf32>' becomes 'tensor<8x4xf32>'}}
  %y = sft.all_gather %x dim 0 axes [0] why "" : tensor<4x2xf32> to tensor<8x4xf32>
}

// -----

sft.step predict @all_gather_c1_dim(%x: tensor<4x2xf32>) {
  // expected-error @below {{only dimension 2 grows, but 'tensor<4x2xf32>' becomes 'tensor<8x2xf32>'}}
  %y = sft.all_gather %x dim 2 axes [0] why "" : tensor<4x2xf32> to tensor<8x2xf32>
}

// -----

sft.step predict @all_gather_c1_shards(%x: tensor<4x2xf32>) {
  // expected-error @below {{only dimension 0 grows}}
  %y = sft.all_gather %x dim 0 axes [0] why "" : tensor<4x2xf32> to tensor<6x2xf32>
}

// -----

sft.step predict @all_gather_c1_empty(%x: tensor<0x2xf32>) {
  // expected-error @below {{only dimension 0 grows}}
  %y = sft.all_gather %x dim 0 axes [0] why "" : tensor<0x2xf32> to tensor<8x2xf32>
}

// -----

sft.step predict @all_gather_c1_elements(%x: tensor<4x2xf32>) {
  // expected-error @below {{only dimension 0 grows}}
  %y = sft.all_gather %x dim 0 axes [0] why "" : tensor<4x2xf32> to tensor<8x2xf64>
}

// -----

sft.step predict @all_gather_axes(%x: tensor<4x2xf32>) {
  // expected-error @below {{needs a mesh axis}}
  %y = sft.all_gather %x dim 0 axes [] why "" : tensor<4x2xf32> to tensor<8x2xf32>
}

// -----

sft.step predict @reduce_scatter_c1(%x: tensor<4x2xf32>) {
  // expected-error @below {{only dimension 0 shrinks, but 'tensor<4x2xf32>' becomes 'tensor<3x2xf32>'}}
  %y = sft.reduce_scatter sum %x dim 0 axes [0] why "" : tensor<4x2xf32> to tensor<3x2xf32>
}

// -----

sft.step predict @reduce_scatter_c1_elements(%x: tensor<4x2xf32>) {
  // expected-error @below {{only dimension 0 shrinks}}
  %y = sft.reduce_scatter sum %x dim 0 axes [0] why "" : tensor<4x2xf32> to tensor<2x2xi32>
}

// -----

sft.step predict @all_to_all_c1(%x: tensor<4x2xf32>) {
  // expected-error @below {{splits dimension 0 and concatenates 1, but 'tensor<4x2xf32>' becomes 'tensor<2x6xf32>'}}
  %y = sft.all_to_all %x split 0 concat 1 axes [0] why "" : tensor<4x2xf32> to tensor<2x6xf32>
}

// -----

sft.step predict @all_to_all_c1_elements(%x: tensor<4x2xf32>) {
  // expected-error @below {{splits dimension 0}}
  %y = sft.all_to_all %x split 0 concat 1 axes [0] why "" : tensor<4x2xf32> to tensor<2x4xf64>
}

// -----

sft.step predict @permute_c1(%x: tensor<4xf32>) {
  // expected-error @below {{from is no permutation of 0 to 2}}
  %y = sft.permute %x from [0, 1, 1] axes [0] why "" : tensor<4xf32>
}

// -----

sft.step predict @permute_c1_range(%x: tensor<4xf32>) {
  // expected-error @below {{from is no permutation of 0 to 1}}
  %y = sft.permute %x from [1, 2] axes [0] why "" : tensor<4xf32>
}

// -----

sft.step predict @permute_c1_negative(%x: tensor<4xf32>) {
  // expected-error @below {{from is no permutation of 0 to 1}}
  %y = sft.permute %x from [0, -1] axes [0] why "" : tensor<4xf32>
}

// -----

sft.step predict @permute_c2(%x: tensor<4xf32>) {
  // expected-error @below {{needs a mesh axis}}
  %y = sft.permute %x from [1, 0] axes [] why "" : tensor<4xf32>
}

// -----

sft.step predict @part_c1(%x: tensor<4x2xf32>, %i: tensor<i64>) {
  // expected-error @below {{'tensor<3x2xf32>' is no part of 'tensor<4x2xf32>' along dimension 0}}
  %y = sft.part %x, %i dim 0 : tensor<4x2xf32> to tensor<3x2xf32>
}

// -----

sft.step predict @part_c1_other(%x: tensor<4x2xf32>, %i: tensor<i64>) {
  // expected-error @below {{changes more than dimension 0}}
  %y = sft.part %x, %i dim 0 : tensor<4x2xf32> to tensor<2x1xf32>
}

// -----

sft.step predict @part_c1_elements(%x: tensor<4x2xf32>, %i: tensor<i64>) {
  // expected-error @below {{changes more than dimension 0}}
  %y = sft.part %x, %i dim 0 : tensor<4x2xf32> to tensor<2x2xi32>
}
