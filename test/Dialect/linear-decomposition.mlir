// RUN: sft-opt %s --sft-decompose | FileCheck %s

// CHECK-LABEL: sft.step predict @matrix
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[W:.*]]: tensor<3x4xf32>, %[[B:.*]]: tensor<4xf32>
sft.step predict @matrix(%x: tensor<2x3xf32>, %w: tensor<3x4xf32>,
                         %b: tensor<4xf32>) {
  // CHECK-NEXT: %[[Z:.*]] = sft.matmul %[[X]], %[[W]]
  // CHECK-NEXT: sft.add %[[Z]], %[[B]]
  // CHECK-NEXT: sft.output
  %y = sft.linear %x, %w, %b : tensor<2x3xf32>, tensor<3x4xf32>, tensor<4xf32>
  sft.output prediction "y", %y : tensor<2x4xf32>
}

// Leading dimensions stay apart: each may be cut over the mesh.
// CHECK-LABEL: sft.step predict @more_dimensions
sft.step predict @more_dimensions(%x: tensor<5x2x3xf32>, %w: tensor<3x4xf32>) {
  // CHECK-NEXT: sft.matmul {{.*}} : tensor<5x2x3xf32>, tensor<3x4xf32>
  // CHECK-NEXT: sft.output
  %y = sft.linear %x, %w : tensor<5x2x3xf32>, tensor<3x4xf32>
  sft.output prediction "y", %y : tensor<5x2x4xf32>
}
