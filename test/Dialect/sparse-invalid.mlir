// RUN: sft-opt %s --verify-diagnostics --split-input-file

!x = !sft.csr<32x100xf32, capacity = 64>
sft.step train @transform_c1(%x: !x, %w: tensor<99x8xf32>) {
  // expected-error @below {{sft.transform: 'tensor<99x8xf32>' does not transform '!sft.csr<32x100xf32, capacity = 64>'; W is a matrix with a row for each of the 100 columns}}
  %z = sft.transform %x, %w : !x, tensor<99x8xf32>
}

// -----

!x = !sft.csr<32x100xf32, capacity = 64>
sft.step train @transform_c2(%x: !x, %w: tensor<100x8xf64>) {
  // expected-error @below {{sft.transform: element types of '!sft.csr<32x100xf32, capacity = 64>' and 'tensor<100x8xf64>' differ; use sft.cast on W}}
  %z = sft.transform %x, %w : !x, tensor<100x8xf64>
}

// -----

!x = !sft.csr<32x100xf32, capacity = 64>
sft.step train @occurring_rows_c1(%x: !x) {
  // expected-error @below {{indices 'tensor<63xi32>' have no room for the 64 columns that may occur in '!sft.csr<32x100xf32, capacity = 64>'}}
  %r, %s = sft.occurring_rows %x : !x to tensor<63xi32>, tensor<100xi32>
}

// -----

!x = !sft.csr<32x10xf32, capacity = 64>
sft.step train @occurring_rows_c1_few_columns(%x: !x) {
  // expected-error @below {{indices 'tensor<9xi32>' have no room for the 10 columns}}
  %r, %s = sft.occurring_rows %x : !x to tensor<9xi32>, tensor<10xi32>
}

// -----

!x = !sft.csr<32x100xf32, capacity = 64>
sft.step train @occurring_rows_c2(%x: !x) {
  // expected-error @below {{slots 'tensor<32xi32>' is not a vector with one element for each of the 100 columns}}
  %r, %s = sft.occurring_rows %x : !x to tensor<64xi32>, tensor<32xi32>
}

// -----

!x = !sft.csr<32x100xf32, capacity = 64>
sft.step train @transform_gradient_c1(%x: !x, %r: tensor<64xi32>, %s: tensor<100xi32>, %dz: tensor<31x8xf32>) {
  // expected-error @below {{sft.transform_gradient: dz 'tensor<31x8xf32>' does not go with '!sft.csr<32x100xf32, capacity = 64>'; it is a matrix of 'f32' with its 32 rows}}
  %v = sft.transform_gradient %x, %r, %s, %dz : !x, tensor<64xi32>, tensor<100xi32>, tensor<31x8xf32>
}

// -----

!x = !sft.csr<32x100xf32, capacity = 64>
sft.step train @transform_gradient_c2(%x: !x, %r: tensor<64xi32>, %s: tensor<99xi32>, %dz: tensor<32x8xf32>) {
  // expected-error @below {{sft.transform_gradient: indices 'tensor<64xi32>' and slots 'tensor<99xi32>' do not go with '!sft.csr<32x100xf32, capacity = 64>'; take those of sft.occurring_rows}}
  %v = sft.transform_gradient %x, %r, %s, %dz : !x, tensor<64xi32>, tensor<99xi32>, tensor<32x8xf32>
}
