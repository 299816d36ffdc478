// RUN: sft-opt %s --sft-seed-shardings --split-input-file --verify-diagnostics

module attributes {sft.mesh = #sft.mesh<"data" = 3>} {
// expected-error @+1 {{batch of 8 rows does not divide over mesh axis "data" = 3; sizes that divide it: 1, 2, 4, 8}}
sft.step predict @uneven(%x: tensor<8x4xf32>) {
  sft.output prediction "x", %x : tensor<8x4xf32>
}
}

// -----

// expected-error @+1 {{mesh axis "dta" is named by no `shard` of the model}}
module attributes {sft.mesh = #sft.mesh<"dta" = 2>} {
sft.step predict @axis(%x: tensor<8x4xf32>) {
  sft.output prediction "x", %x : tensor<8x4xf32>
}
}
