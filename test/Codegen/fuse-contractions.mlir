// RUN: sft-opt %s --sft-fuse-contractions --split-input-file --verify-roundtrip | FileCheck %s

// Bias and activation go into the product's epilogue.
// CHECK-LABEL: sft.step predict @epilogue
sft.step predict @epilogue(%x: tensor<8x4xf32>) {
  %w = sft.read @w : tensor<4x3xf32>
  %b = sft.read @b : tensor<3xf32>
  %z = sft.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32>
  %s = sft.add %b, %z : tensor<3xf32>, tensor<8x3xf32>
  %h = sft.relu %s : tensor<8x3xf32>
  // CHECK: sft.contract %{{.*}}, %{{.*}} bias %{{.*}} relu
  // CHECK-NOT: sft.add
  // CHECK-NOT: sft.relu
  sft.output prediction "h", %h : tensor<8x3xf32>
}

// -----

// A sum that something else reads stays: only the bias is taken.
// CHECK-LABEL: sft.step predict @needed_twice
sft.step predict @needed_twice(%x: tensor<8x4xf32>) {
  %w = sft.read @w : tensor<4x3xf32>
  %b = sft.read @b : tensor<3xf32>
  %z = sft.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32>
  %s = sft.add %z, %b : tensor<8x3xf32>, tensor<3xf32>
  // CHECK: %[[S:.*]] = sft.contract %{{.*}}, %{{.*}} bias
  // CHECK: sft.relu %[[S]]
  %h = sft.relu %s : tensor<8x3xf32>
  sft.output prediction "h", %h : tensor<8x3xf32>
  sft.output prediction "s", %s : tensor<8x3xf32>
}

// -----

// A column is no bias, and a product added to itself is none either.
// CHECK-LABEL: sft.step predict @no_bias
sft.step predict @no_bias(%x: tensor<3x4xf32>, %c: tensor<3x1xf32>) {
  %w = sft.read @w : tensor<4x3xf32>
  %z = sft.matmul %x, %w : tensor<3x4xf32>, tensor<4x3xf32>
  // CHECK: %[[Z:.*]] = sft.contract
  // CHECK-NOT: bias
  // CHECK: sft.add %[[Z]]
  %s = sft.add %z, %c : tensor<3x3xf32>, tensor<3x1xf32>
  %d = sft.add %s, %s : tensor<3x3xf32>
  sft.output prediction "d", %d : tensor<3x3xf32>
}
