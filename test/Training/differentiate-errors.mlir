// RUN: sft-opt %s --sft-differentiate --split-input-file --verify-diagnostics

sft.variable parameter @w : tensor<4x2xf32>
sft.step train @no_gradient(%label: tensor<4xi32>) {
  %w = sft.read @w : tensor<4x2xf32>
  // expected-error@+1 {{no gradient for 'sft.accuracy'}}
  %a = sft.accuracy %w, %label : tensor<4x2xf32>, tensor<4xi32>
  // expected-note@+1 {{needed for this loss}}
  %loss = sft.neg %a : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

sft.variable parameter @w : tensor<f32>
// expected-error@+1 {{the loss does not depend on the parameter "unused"; use it or declare it `frozen`}}
sft.variable parameter @unused : tensor<f32>
sft.step train @train() {
  %w = sft.read @w : tensor<f32>
  %loss = sft.square %w : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

// expected-error@+1 {{the loss does not depend on the parameter "w"}}
sft.variable parameter @w : tensor<f32>
sft.step train @stopped() {
  %w = sft.read @w : tensor<f32>
  %loss = sft.stop_gradient %w : tensor<f32>
  sft.output loss "loss", %loss : tensor<f32>
}

// -----

sft.variable parameter @w : tensor<f32>
// expected-error@+1 {{has no loss to differentiate}}
sft.step train @train() {
  %w = sft.read @w : tensor<f32>
  sft.output metric "w", %w : tensor<f32>
}
