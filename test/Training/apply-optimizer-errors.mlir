// RUN: sft-opt %s --sft-apply-optimizer --split-input-file --verify-diagnostics

// expected-error@+1 {{the optimizer's state "w.m" has the name of something else}}
sft.variable parameter @w : tensor<f32>
// expected-note@+1 {{here}}
sft.variable parameter @w.m : tensor<f32>
sft.step initialize @initialize() {
}
sft.step train @train(%g: tensor<f32>)
    attributes {sft.optimizer = #sft.adam} {
  %w = sft.read @w : tensor<f32>
  sft.gradient @w, %g : tensor<f32>
}

// -----

// expected-error@+1 {{needs the attribute sft.optimizer and a step `initialize` beside it}}
sft.step train @train(%g: tensor<f32>) {
}

// -----

sft.step initialize @initialize() {
}
sft.step train @train(%g: tensor<f32>)
    attributes {sft.optimizer = #sft.adam} {
  // expected-error@+1 {{is by @w, which is not a variable that is read}}
  sft.gradient @w, %g : tensor<f32>
}

// -----

sft.step initialize @initialize() {
}
// expected-error@+1 {{has no sft.gradient for its optimizer}}
sft.step train @train(%g: tensor<f32>)
    attributes {sft.optimizer = #sft.adam} {
}
