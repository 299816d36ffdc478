// RUN: sft-opt %s --sft-lower-model --split-input-file --verify-diagnostics

// expected-error@-3 {{no sft.model found; a model file has one `sft.model @name(...)`}}

// -----

// expected-note@+1 {{the first is here}}
sft.model @first(%x: tensor<4xf32>) {
  sft.yield outputs {"x" = %x : tensor<4xf32>}
}
// expected-error@+1 {{is the second model; a model file has one}}
sft.model @second(%x: tensor<4xf32>) {
  sft.yield outputs {"x" = %x : tensor<4xf32>}
}

// -----

// expected-error@+1 {{has a loss, but no sft.parameter}}
sft.model @no_parameter(%x: tensor<4xf32>) optimizer = #sft.sgd<lr = 0.1> {
  %loss = sft.mean %x axes [0] : tensor<4xf32>
  sft.yield loss %loss : tensor<f32>
}

// -----

sft.model @unused_parameter(%x: tensor<4xf32>) {
  // expected-error@+1 {{"w" is not used; remove it}}
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  sft.yield outputs {"x" = %x : tensor<4xf32>}
}

// -----

sft.model @step_name(%x: tensor<4xf32>) {
  // expected-error@+1 {{"train" is the name of a step; choose another}}
  %w = sft.parameter "train" init(#sft.ones) : tensor<4xf32>
  sft.yield outputs {"w" = %w : tensor<4xf32>}
}

// -----

// expected-error@+1 {{has a loss but no optimizer; write `optimizer = #sft.adam<lr = 1.0e-3>`}}
sft.model @no_optimizer(%x: tensor<4xf32>) {
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  %loss = sft.mse_loss %w, %x : tensor<4xf32>
  sft.yield loss %loss : tensor<f32>
}

// -----

sft.model @no_loss(%x: tensor<4xf32>) optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  // expected-error@+1 {{has no loss for the model's optimizer}}
  sft.yield outputs {"w" = %w : tensor<4xf32>}
}

// -----

sft.model @nothing(%x: tensor<4xf32>) {
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  %y = sft.add %x, %w : tensor<4xf32>
  // expected-error@+1 {{has neither a loss nor outputs}}
  sft.yield
}

// -----

// expected-error@+1 {{has a loss, but all its parameters are frozen}}
sft.model @frozen(%x: tensor<4xf32>) optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.ones) frozen : tensor<4xf32>
  %loss = sft.mse_loss %w, %x : tensor<4xf32>
  sft.yield loss %loss : tensor<f32>
}

// -----

sft.model @loss_twice(%x: tensor<4xf32>) optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.ones) : tensor<4xf32>
  %loss = sft.mse_loss %w, %x : tensor<4xf32>
  // expected-error@+1 {{has an output "loss"; the loss goes by this name already}}
  sft.yield loss %loss : tensor<f32>, outputs {"loss" = %loss : tensor<f32>}
}
