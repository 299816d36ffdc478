// RUN: sft-opt %s --sft-verify-partition --split-input-file --verify-diagnostics

sft.step predict @sharding_left(%x: tensor<8xf32>) {
  // expected-error @+1 {{still carries a sharding}}
  %y = sft.exp %x {sft.shardings = [#sft.sharding<[[0]]>]} : tensor<8xf32>
  sft.output prediction "y", %y : tensor<8xf32>
}

// -----

module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
sft.step predict @senders(%x: tensor<8xf32>) {
  // expected-error @+1 {{permutes 3 members, but the group has 2}}
  %y = sft.permute %x from [1, 2, 0] axes [0] why "" : tensor<8xf32>
  sft.output prediction "y", %y : tensor<8xf32>
}
}
