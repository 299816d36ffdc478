// RUN: sft-opt %s --sft-verify-training --split-input-file --verify-diagnostics

// 1. There is no sft.model.

// expected-error@+1 {{is left after the phase Training}}
sft.model @model(%x: tensor<4xf32>) {
  sft.yield outputs {"x" = %x : tensor<4xf32>}
}

// -----

// 2. One step of each kind.

// expected-error@-4 {{there is no step `initialize`}}
sft.step evaluate @evaluate() {
}

// -----

// expected-note@+1 {{the first is here}}
sft.step initialize @a() {
}
// expected-error@+1 {{is the second of kind `initialize`}}
sft.step initialize @b() {
}

// -----

// 3. Ops are primitive.

sft.step initialize @initialize() {
}
sft.step evaluate @evaluate(%x: tensor<4xf32>) {
  // expected-error@+1 {{is left after the phase Training; it has no sharding rule and does not decompose}}
  %y = sft.dropout %x rate 0.5 : tensor<4xf32>
}

// -----

// 4. Reads and writes name a variable and have its type.

sft.step initialize @initialize() {
}
sft.step evaluate @evaluate() {
  // expected-error@+1 {{names @w, which is no variable}}
  %w = sft.read @w : tensor<4xf32>
}

// -----

// expected-note@+1 {{declared here}}
sft.variable parameter @w : tensor<f32>
sft.step initialize @initialize() {
  %w = sft.constant dense<1.0> : tensor<4xf32>
  // expected-error@+1 {{has type 'tensor<4xf32>', but @w has type 'tensor<f32>'}}
  sft.write @w, %w : tensor<4xf32>
}

// -----

// 5. `initialize` writes every variable.

// expected-error@+1 {{is not written by the step `initialize`}}
sft.variable parameter @w : tensor<f32>
sft.step initialize @initialize() {
}

// -----

// 6. A train step has a guard.

sft.step initialize @initialize() {
}
// expected-error@+1 {{has no sft.guard}}
sft.step train @train() {
}
