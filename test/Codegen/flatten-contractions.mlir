// RUN: sft-opt %s --sft-fuse-contractions --sft-flatten-contractions | FileCheck %s

// The same weight for every sequence: one product of stacked rows, which keeps
// its epilogue.
// CHECK-LABEL: sft.step predict @rows
sft.step predict @rows(%x: tensor<4x8x16xf32>, %w: tensor<16x32xf32>,
                       %b: tensor<32xf32>) {
  // CHECK: %[[X:.*]] = sft.reshape %{{.*}} : tensor<4x8x16xf32> to tensor<32x16xf32>
  // CHECK: %[[Z:.*]] = sft.contract %[[X]], %{{.*}} bias %{{.*}} relu : tensor<32x16xf32>, tensor<16x32xf32>, tensor<32xf32> -> tensor<32x32xf32>
  // CHECK: sft.reshape %[[Z]] : tensor<32x32xf32> to tensor<4x8x32xf32>
  %z = sft.matmul %x, %w : tensor<4x8x16xf32>, tensor<16x32xf32>
  %s = sft.add %z, %b : tensor<4x8x32xf32>, tensor<32xf32>
  %h = sft.relu %s : tensor<4x8x32xf32>
  sft.output prediction "h", %h : tensor<4x8x32xf32>
}

// The sum over the batch of the weight's gradients: the product of the stacks.
// CHECK-LABEL: sft.step predict @gradient
sft.step predict @gradient(%x: tensor<4x8x16xf32>, %g: tensor<4x8x32xf32>) {
  // CHECK: sft.contract {{.*}} {transpose_x} : tensor<32x16xf32>, tensor<32x32xf32> -> tensor<16x32xf32>
  // CHECK-NOT: sft.reduce
  %d = sft.matmul %x, %g {transpose_x} : tensor<4x8x16xf32>, tensor<4x8x32xf32>
  %w = sft.reduce sum %d axes [0] : tensor<4x16x32xf32>
  sft.output prediction "w", %w : tensor<16x32xf32>
}

// Attention's products have a matrix of their own for each head.
// CHECK-LABEL: sft.step predict @batched
sft.step predict @batched(%q: tensor<4x8x16xf32>, %k: tensor<4x8x16xf32>) {
  // CHECK: sft.contract {{.*}} {transpose_y} : tensor<4x8x16xf32>, tensor<4x8x16xf32> -> tensor<4x8x8xf32>
  %s = sft.matmul %q, %k {transpose_y} : tensor<4x8x16xf32>, tensor<4x8x16xf32>
  sft.output prediction "s", %s : tensor<4x8x8xf32>
}
