// RUN: sft-opt %s --verify-diagnostics --split-input-file

sft.step train @embedding_c1(%t: tensor<65xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{sft.embedding: the table is a matrix [rows, width], not 'tensor<65xf32>'; use sft.reshape}}
  %e = sft.embedding %t, %i : tensor<65xf32>, tensor<4xi32>
}

// -----

sft.step train @scatter_add_c1(%i: tensor<4xi32>, %u: tensor<5x8xf32>) {
  // expected-error @below {{sums rows of 'tensor<5x8xf32>' at indices 'tensor<4xi32>' into 'tensor<65x8xf32>'; updates have the indices' dimensions followed by the width}}
  %g = sft.scatter_add %i, %u : tensor<4xi32>, tensor<5x8xf32> to tensor<65x8xf32>
}

// -----

sft.step train @scatter_add_c1_scalar(%i: tensor<4xi32>, %u: tensor<4x8xf32>) {
  // expected-error @below {{sums rows of 'tensor<4x8xf32>' at indices 'tensor<4xi32>' into 'tensor<f32>'}}
  %g = sft.scatter_add %i, %u : tensor<4xi32>, tensor<4x8xf32> to tensor<f32>
}

// -----

sft.step train @scatter_add_c2(%i: tensor<4xi32>, %u: tensor<4x8xf32>) {
  // expected-error @below {{element types of 'tensor<4x8xf32>' and 'tensor<65x8xf64>' differ; use sft.cast}}
  %g = sft.scatter_add %i, %u : tensor<4xi32>, tensor<4x8xf32> to tensor<65x8xf64>
}

// -----

sft.step train @gather_rows_c1_indices(%t: tensor<9x8xf32>, %i: tensor<2x4xi32>) {
  // expected-error @below {{sft.gather_rows: the indices are a vector, not 'tensor<2x4xi32>'; sft.embedding takes any shape}}
  %r = sft.gather_rows %t, %i : tensor<9x8xf32>, tensor<2x4xi32>
}

// -----

sft.step train @gather_rows_c1_table(%t: tensor<9x8x7xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{sft.gather_rows: the table is a matrix [rows, width], not 'tensor<9x8x7xf32>'}}
  %r = sft.gather_rows %t, %i : tensor<9x8x7xf32>, tensor<4xi32>
}

// -----

sft.step train @scatter_rows_c1(%t: tensor<9x8xf32>, %i: tensor<4xi32>, %r: tensor<4x7xf32>) {
  // expected-error @below {{sft.scatter_rows: cannot put 'tensor<4x7xf32>' at 'tensor<4xi32>' into 'tensor<9x8xf32>'; table and rows are matrices of one width}}
  %w = sft.scatter_rows %t, %i, %r : tensor<9x8xf32>, tensor<4xi32>, tensor<4x7xf32>
}

// -----

sft.step train @scatter_rows_c1_scalar(%t: tensor<f32>, %i: tensor<4xi32>, %r: tensor<4x7xf32>) {
  // expected-error @below {{sft.scatter_rows: cannot put 'tensor<4x7xf32>' at 'tensor<4xi32>' into 'tensor<f32>'}}
  %w = sft.scatter_rows %t, %i, %r : tensor<f32>, tensor<4xi32>, tensor<4x7xf32>
}

// -----

sft.step train @expand_rows_c1(%s: tensor<9xi32>, %r: tensor<4xf32>, %i: tensor<4xi32>) {
  // expected-error @below {{sft.expand_rows: rows is a matrix [indices, width], not 'tensor<4xf32>'}}
  %w = sft.expand_rows %s, %r, %i : tensor<9xi32>, tensor<4xf32>, tensor<4xi32>
}

// -----

sft.step train @expand_rows_c2(%s: tensor<9xi32>, %r: tensor<4x8xf32>, %i: tensor<5xi32>) {
  // expected-error @below {{sft.expand_rows: slots 'tensor<9xi32>' and indices 'tensor<5xi32>' do not go with rows 'tensor<4x8xf32>'; both are vectors, indices as long as rows}}
  %w = sft.expand_rows %s, %r, %i : tensor<9xi32>, tensor<4x8xf32>, tensor<5xi32>
}

// -----

sft.step train @occurring_indices_c1(%i: tensor<4xi32>) {
  // expected-error @below {{sft.occurring_indices: a table of 0 rows has none for an index}}
  %r, %s, %p = sft.occurring_indices %i of 0 : tensor<4xi32>
}

// -----

sft.step train @iota_c1() {
  // expected-error @below {{axis 2 is not a dimension of 'tensor<4x8xi32>'}}
  %i = sft.iota axis 2 : tensor<4x8xi32>
}

// -----

sft.step train @iota_c1_negative() {
  // expected-error @below {{axis -1 is not a dimension of 'tensor<4x8xi32>'}}
  %i = sft.iota axis -1 : tensor<4x8xi32>
}

// -----

sft.step train @random_uniform_c1_word(%s: tensor<i64>) {
  // expected-error @below {{draws word 4 of stream 0; words are 0 to 3, streams 0 to 2^30 - 1}}
  %u = sft.random_uniform %s, %s stream 0 word 4 : tensor<4xf32>
}

// -----

sft.step train @random_uniform_c1_stream(%s: tensor<i64>) {
  // expected-error @below {{draws word 0 of stream 1073741824}}
  %u = sft.random_uniform %s, %s stream 1073741824 word 0 : tensor<4xf32>
}

// -----

sft.step train @random_uniform_c2(%s: tensor<i64>) {
  // expected-error @below {{has 1 offsets and 2 global extents for the 2 dimensions of 'tensor<4x8xf32>'}}
  %u = sft.random_uniform %s, %s stream 0 word 0 from (%s) of [8, 8] : tensor<4x8xf32>
}

// -----

sft.step train @dropout_c1(%x: tensor<4xf32>) {
  // expected-error @below {{rate 1.0 is not in [0, 1)}}
  %d = sft.dropout %x rate 1.0 : tensor<4xf32>
}
