// RUN: sft-opt %s --split-input-file --verify-diagnostics

// 1. The values are all results of one collective, in order.

sft.step train @no_collective(%x: tensor<4xf32>) {
  // expected-error @+1 {{values are all results of one collective}}
  %r = sft.await %x : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

sft.step train @not_all(%a: tensor<4xf32>) {
  %s:2 = sft.all_reduce sum %a, %a axes [0] why ""
      : tensor<4xf32>, tensor<4xf32> -> tensor<4xf32>, tensor<4xf32>
  // expected-error @+1 {{values are all results of one collective}}
  %r = sft.await %s#1 : (tensor<4xf32>) -> tensor<4xf32>
}

// -----

// 2. Result types are the values'.

sft.step train @types(%a: tensor<4xf32>) {
  %s = sft.all_reduce sum %a axes [0] why "" : tensor<4xf32> -> tensor<4xf32>
  // expected-error @+1 {{result types are the values' types}}
  %r = sft.await %s : (tensor<4xf32>) -> tensor<2x2xf32>
}
