// RUN: sft-opt %s --split-input-file --verify-diagnostics

// sft.mse_loss 1: prediction and target have one type. [8, 1] and [8] would
// broadcast to 64 errors.
sft.step predict @mse(%x: tensor<8x1xf32>, %t: tensor<8xf32>) {
  // expected-error@+1 {{sft.mse_loss: prediction 'tensor<8x1xf32>' and target 'tensor<8xf32>' differ; use sft.reshape or sft.cast}}
  %l = sft.mse_loss %x, %t : tensor<8x1xf32>, tensor<8xf32>
}

// -----

// sft.mae_loss 1: prediction and target have one type.
sft.step predict @mae(%x: tensor<8xf32>, %t: tensor<8xf64>) {
  // expected-error@+1 {{sft.mae_loss: prediction 'tensor<8xf32>' and target 'tensor<8xf64>' differ}}
  %l = sft.mae_loss %x, %t : tensor<8xf32>, tensor<8xf64>
}

// -----

// sft.binary_cross_entropy 1: prediction and target have one type.
sft.step predict @binary_cross_entropy(%x: tensor<8xf32>, %t: tensor<8xi32>) {
  // expected-error@+1 {{sft.binary_cross_entropy: prediction 'tensor<8xf32>' and target 'tensor<8xi32>' differ}}
  %l = sft.binary_cross_entropy %x, %t : tensor<8xf32>, tensor<8xi32>
}

// -----

// sft.hinge_loss 1: prediction and target have one type.
sft.step predict @hinge(%x: tensor<8xf32>, %t: tensor<4xf32>) {
  // expected-error@+1 {{sft.hinge_loss: prediction 'tensor<8xf32>' and target 'tensor<4xf32>' differ}}
  %l = sft.hinge_loss %x, %t : tensor<8xf32>, tensor<4xf32>
}

// -----

// sft.perceptron_loss 1: prediction and target have one type.
sft.step predict @perceptron(%x: tensor<8xf32>, %t: tensor<4xf32>) {
  // expected-error@+1 {{sft.perceptron_loss: prediction 'tensor<8xf32>' and target 'tensor<4xf32>' differ}}
  %l = sft.perceptron_loss %x, %t : tensor<8xf32>, tensor<4xf32>
}

// -----

// sft.binary_accuracy 1: prediction and target have one type.
sft.step predict @binary_accuracy(%x: tensor<8xf32>, %t: tensor<4xf32>) {
  // expected-error@+1 {{sft.binary_accuracy: prediction 'tensor<8xf32>' and target 'tensor<4xf32>' differ}}
  %l = sft.binary_accuracy %x, %t : tensor<8xf32>, tensor<4xf32>
}

// -----

// sft.softmax_cross_entropy 1: logits are [.., classes], labels [..].
sft.step predict @one_hot(%x: tensor<8x10xf32>, %t: tensor<8x10xi32>) {
  // expected-error@+1 {{sft.softmax_cross_entropy: labels 'tensor<8x10xi32>' do not match the rows of logits 'tensor<8x10xf32>'; one class index a row is 'tensor<8xi32>'}}
  %l = sft.softmax_cross_entropy %x, %t : tensor<8x10xf32>, tensor<8x10xi32>
}

// -----

// sft.softmax_cross_entropy 1: logits are [.., classes].
sft.step predict @scalar(%x: tensor<f32>, %t: tensor<i32>) {
  // expected-error@+1 {{sft.softmax_cross_entropy: logits 'tensor<f32>' have no dimension of classes}}
  %l = sft.softmax_cross_entropy %x, %t : tensor<f32>, tensor<i32>
}

// -----

// sft.softmax_cross_entropy 1: labels are of int type.
sft.step predict @float_labels(%x: tensor<8x10xf32>, %t: tensor<8xf32>) {
  // expected-error@+1 {{'sft.softmax_cross_entropy' op operand #1 must be statically shaped tensor of 32-bit signless integer or 64-bit signless integer values, but got 'tensor<8xf32>'}}
  %l = sft.softmax_cross_entropy %x, %t : tensor<8x10xf32>, tensor<8xf32>
}

// -----

// sft.accuracy 1: logits are [.., classes], labels [..].
sft.step predict @accuracy(%x: tensor<8x10xf32>, %t: tensor<4xi32>) {
  // expected-error@+1 {{sft.accuracy: labels 'tensor<4xi32>' do not match the rows of logits 'tensor<8x10xf32>'}}
  %l = sft.accuracy %x, %t : tensor<8x10xf32>, tensor<4xi32>
}

// -----

sft.step predict @vectors(%x: tensor<8xf32>) {
  // expected-error@+1 {{invalid kind of type specified}}
  %l = sft.mse_loss %x, %x : vector<8xf32>
}
