// RUN: sft-opt %s --sft-decompose --split-input-file | FileCheck %s

// The example of the pass's documentation.

// CHECK-LABEL: sft.step evaluate @mean
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
// CHECK-NEXT: %[[SUM:.*]] = sft.reduce sum %[[X]] axes [0] : tensor<4xf32>
// CHECK-NEXT: %[[QUARTER:.*]] = sft.constant dense<2.5{{.*}}> : tensor<f32>
// CHECK-NEXT: %[[MEAN:.*]] = sft.mul
// CHECK-NEXT: sft.output metric "mean", %[[MEAN]]
sft.step evaluate @mean(%x: tensor<4xf32>) {
  %m = sft.mean %x axes [0] : tensor<4xf32>
  sft.output metric "mean", %m : tensor<f32>
}

// -----

// What an op decomposes into is decomposed too, wherever it stands.

// CHECK-LABEL: sft.step evaluate @nested
// CHECK-NOT: {{sft\.(softmax_cross_entropy|log_softmax|softmax|mean|linear) }}
// CHECK: sft.output metric "b"
sft.step evaluate @nested(%x: tensor<4x3xf32>, %w: tensor<3x3xf32>, %label: tensor<4xi32>) {
  %h = sft.linear %x, %w : tensor<4x3xf32>, tensor<3x3xf32>
  %a = sft.softmax_cross_entropy %h, %label : tensor<4x3xf32>, tensor<4xi32>
  %b = sft.softmax_cross_entropy %x, %label : tensor<4x3xf32>, tensor<4xi32>
  sft.output metric "a", %a : tensor<f32>
  sft.output metric "b", %b : tensor<f32>
}
