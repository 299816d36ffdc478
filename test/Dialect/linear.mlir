// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// sft.output states the inferred type: a wrong one does not parse.

// CHECK-LABEL: sft.step predict @product
sft.step predict @product(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) {
  // CHECK: sft.matmul %{{.*}}, %{{.*}} : tensor<2x3xf32>, tensor<3x4xf32>
  %z = sft.matmul %x, %y : tensor<2x3xf32>, tensor<3x4xf32>
  // CHECK: sft.output prediction "z", %{{.*}} : tensor<2x4xf32>
  sft.output prediction "z", %z : tensor<2x4xf32>
}

// CHECK-LABEL: sft.step predict @transposed_x
sft.step predict @transposed_x(%x: tensor<3x2xf32>, %y: tensor<3x4xf32>) {
  // CHECK: sft.matmul %{{.*}}, %{{.*}} {transpose_x} :
  %z = sft.matmul %x, %y {transpose_x} : tensor<3x2xf32>, tensor<3x4xf32>
  sft.output prediction "z", %z : tensor<2x4xf32>
}

// CHECK-LABEL: sft.step predict @transposed_both
sft.step predict @transposed_both(%x: tensor<3x2xf32>, %y: tensor<4x3xf32>) {
  // CHECK: sft.matmul %{{.*}}, %{{.*}} {transpose_x, transpose_y} :
  %z = sft.matmul %x, %y {transpose_x, transpose_y}
      : tensor<3x2xf32>, tensor<4x3xf32>
  sft.output prediction "z", %z : tensor<2x4xf32>
}

// CHECK-LABEL: sft.step predict @leading_dimensions_broadcast
sft.step predict @leading_dimensions_broadcast(%x: tensor<5x1x2x3xbf16>,
                                               %y: tensor<6x3x4xbf16>) {
  // CHECK: sft.output prediction "z", %{{.*}} : tensor<5x6x2x4xbf16>
  %z = sft.matmul %x, %y : tensor<5x1x2x3xbf16>, tensor<6x3x4xbf16>
  sft.output prediction "z", %z : tensor<5x6x2x4xbf16>
}

// CHECK-LABEL: sft.step predict @affine
sft.step predict @affine(%x: tensor<5x2x3xf32>, %w: tensor<3x4xf32>,
                         %b: tensor<4xf32>) {
  // CHECK: sft.linear %{{.*}}, %{{.*}}, %{{.*}} : tensor<5x2x3xf32>, tensor<3x4xf32>, tensor<4xf32>
  %y = sft.linear %x, %w, %b
      : tensor<5x2x3xf32>, tensor<3x4xf32>, tensor<4xf32>
  sft.output prediction "y", %y : tensor<5x2x4xf32>
}

// CHECK-LABEL: sft.step predict @no_bias
sft.step predict @no_bias(%x: tensor<3xf32>, %w: tensor<3x4xf32>) {
  // CHECK: sft.linear %{{.*}}, %{{.*}} : tensor<3xf32>, tensor<3x4xf32>
  %y = sft.linear %x, %w : tensor<3xf32>, tensor<3x4xf32>
  sft.output prediction "y", %y : tensor<4xf32>
}
