// RUN: sft-opt %s --sft-verify-partition --split-input-file --verify-diagnostics

sft.step predict @sharding_left(%x: tensor<8xf32>) {
  // expected-error @+1 {{still carries a sharding}}
  %y = sft.exp %x {sft.shardings = [#sft.sharding<[[0]]>]} : tensor<8xf32>
  sft.output prediction "y", %y : tensor<8xf32>
}
