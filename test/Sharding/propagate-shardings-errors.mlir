// RUN: sft-opt %s --sft-propagate-shardings --split-input-file --verify-diagnostics

module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
// expected-error @+1 {{has no shardings to begin with; run --sft-seed-shardings first}}
sft.step predict @unseeded(%x: tensor<8x4xf32>) {
  sft.output prediction "x", %x : tensor<8x4xf32>
}
}

// -----

module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
// expected-error @+1 {{dimension 1 of 'tensor<4x6xf32>' does not divide over mesh axis "tensor" = 4; sizes that divide it: 1, 2, 3, 6}}
sft.variable parameter @w shard <[-, tensor]> : tensor<4x6xf32>
}
