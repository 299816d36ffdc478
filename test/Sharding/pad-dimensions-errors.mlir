// RUN: sft-opt %s --split-input-file --sft-pad-dimensions --verify-diagnostics

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
