// RUN: sft-opt %s --sft-verify-training | FileCheck %s

// Nothing changes in a program in which everything holds.

// CHECK: sft.variable parameter @w : tensor<f32>
sft.variable parameter @w : tensor<f32>
sft.step initialize @initialize() {
  %w = sft.constant dense<1.0> : tensor<f32>
  sft.write @w, %w : tensor<f32>
}
// CHECK: sft.step train @train
sft.step train @train(%x: tensor<f32>) {
  %w = sft.read @w : tensor<f32>
  %y = sft.mul %x, %w : tensor<f32>
  sft.output loss "loss", %y : tensor<f32>
  sft.guard %y : tensor<f32>
  sft.write @w, %y : tensor<f32>
}
