// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: sft.step predict @pairs
sft.step predict @pairs(%x: tensor<8x2xf32>, %t: tensor<8x2xf32>) {
  // CHECK: sft.mse_loss %{{.*}}, %{{.*}} : tensor<8x2xf32>
  %a = sft.mse_loss %x, %t : tensor<8x2xf32>
  // CHECK: sft.mae_loss %{{.*}}, %{{.*}} : tensor<8x2xf32>
  %b = sft.mae_loss %x, %t : tensor<8x2xf32>
  // CHECK: sft.binary_cross_entropy %{{.*}}, %{{.*}} : tensor<8x2xf32>
  %c = sft.binary_cross_entropy %x, %t : tensor<8x2xf32>
  // CHECK: sft.hinge_loss %{{.*}}, %{{.*}} : tensor<8x2xf32>
  %d = sft.hinge_loss %x, %t : tensor<8x2xf32>
  // CHECK: sft.perceptron_loss %{{.*}}, %{{.*}} : tensor<8x2xf32>
  %e = sft.perceptron_loss %x, %t : tensor<8x2xf32>
  // CHECK: sft.binary_accuracy %{{.*}}, %{{.*}} : tensor<8x2xf32>
  %f = sft.binary_accuracy %x, %t : tensor<8x2xf32>
  %g = sft.add %a, %f : tensor<f32>
  sft.output prediction "g", %g : tensor<f32>
}

// CHECK-LABEL: sft.step predict @rows
sft.step predict @rows(%x: tensor<8x10xf32>, %t: tensor<8xi32>) {
  // CHECK: sft.softmax_cross_entropy %{{.*}}, %{{.*}} : tensor<8x10xf32>, tensor<8xi32>
  %a = sft.softmax_cross_entropy %x, %t : tensor<8x10xf32>, tensor<8xi32>
  // CHECK: sft.accuracy %{{.*}}, %{{.*}} : tensor<8x10xf32>, tensor<8xi32>
  %b = sft.accuracy %x, %t : tensor<8x10xf32>, tensor<8xi32>
  sft.output prediction "a", %a : tensor<f32>
  sft.output prediction "b", %b : tensor<f32>
}

// CHECK-LABEL: sft.step predict @sequences
sft.step predict @sequences(%x: tensor<8x16x65xf32>, %t: tensor<8x16xi64>) {
  // CHECK: sft.softmax_cross_entropy %{{.*}}, %{{.*}} : tensor<8x16x65xf32>, tensor<8x16xi64>
  %a = sft.softmax_cross_entropy %x, %t
      : tensor<8x16x65xf32>, tensor<8x16xi64>
  sft.output prediction "a", %a : tensor<f32>
}
