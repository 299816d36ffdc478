// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// Leading dimensions broadcast, the bias is added to each row.
// CHECK-LABEL: sft.step predict @contract
sft.step predict @contract(%x: tensor<5x2x3xf32>, %y: tensor<4x3xf32>, %b: tensor<4xf32>) {
  // CHECK: sft.contract %{{.*}}, %{{.*}} bias %{{.*}} relu {transpose_y} : tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4xf32> -> tensor<5x2x4xf32>
  %z = sft.contract %x, %y bias %b relu {transpose_y} : tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4xf32> -> tensor<5x2x4xf32>
  // CHECK: sft.contract %{{.*}}, %{{.*}} none {transpose_x, transpose_y} : tensor<5x2x3xf32>, tensor<4x2xf32> -> tensor<5x3x4xf32>
  %c = sft.fill dense<1.0> : tensor<4x2xf32>
  %t = sft.contract %x, %c none {transpose_x, transpose_y} : tensor<5x2x3xf32>, tensor<4x2xf32> -> tensor<5x3x4xf32>
}
