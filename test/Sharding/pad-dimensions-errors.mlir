// RUN: sft-opt %s --split-input-file --sft-pad-dimensions --verify-diagnostics

// Two dimensions of one parameter.
module attributes {sft.mesh = #sft.mesh<"tensor" = 2, "model" = 4>} {
// expected-warning @+2 {{dimension 0 of tensor<5x7xf32> does not divide over mesh axis "tensor" = 2 and is padded to 6}}
// expected-warning @+1 {{dimension 1 of tensor<5x7xf32> does not divide over mesh axis "model" = 4 and is padded to 8}}
sft.variable parameter @w shard <[tensor, model]> : tensor<5x7xf32>
sft.step predict @two() {
  %w = sft.read @w : tensor<5x7xf32>
  sft.output prediction "w", %w : tensor<5x7xf32>
}
}

// -----

// The room of a sparse batch is shared by more rows.
module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
sft.variable parameter @w : tensor<16x2xf32>
// expected-warning @+2 {{batch of 30 rows does not divide}}
// expected-warning @+1 {{the capacity of '!sft.csr<30x16xf32, capacity = 600>' is shared by 32 rows once the batch is padded; 640 leaves each the room that it has}}
sft.step predict @room(%x: !sft.csr<30x16xf32, capacity = 600>) {
  %w = sft.read @w : tensor<16x2xf32>
  %z = sft.transform %x, %w : !sft.csr<30x16xf32, capacity = 600>, tensor<16x2xf32>
  sft.output prediction "z", %z : tensor<30x2xf32>
}
}

// -----

// Eight rows have more values than seven, if each has one.
module attributes {sft.mesh = #sft.mesh<"data" = 8>} {
sft.variable parameter @w : tensor<16x2xf32>
// expected-warning @+2 {{batch of 7 rows does not divide over mesh axis "data" = 8 and is padded to 8; sizes that divide it: 1, 7}}
// expected-error @+1 {{the batch is padded to 8 rows, but '!sft.csr<7x16xf32, capacity = 7>' has no room for a value in each; raise its capacity}}
sft.step predict @sparse(%x: !sft.csr<7x16xf32, capacity = 7>) {
  %w = sft.read @w : tensor<16x2xf32>
  %z = sft.transform %x, %w : !sft.csr<7x16xf32, capacity = 7>, tensor<16x2xf32>
  sft.output prediction "z", %z : tensor<7x2xf32>
}
}
