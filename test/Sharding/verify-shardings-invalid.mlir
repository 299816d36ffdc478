// RUN: sft-opt %s --sft-verify-shardings --split-input-file --verify-diagnostics

module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
sft.step predict @none(%x: tensor<8xf32> of tensor<8xf32> sharding <[[0]]>) {
  // expected-error @+1 {{has no sharding for each of its results}}
  %y = sft.exp %x : tensor<8xf32>
  sft.output prediction "y", %y : tensor<8xf32>
}
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
sft.step predict @twice(%x: tensor<8x4xf32> of tensor<8x4xf32> sharding <[[0], []]>) {
  // expected-error @+1 {{uses a mesh axis twice}}
  %y = sft.exp %x {sft.shardings = [#sft.sharding<[[0], [0]]>]} : tensor<8x4xf32>
  sft.output prediction "y", %y : tensor<8x4xf32>
}
}
