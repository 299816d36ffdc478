// RUN: sft-opt %s --sft-form-kernels --sft-generate-kernels | FileCheck %s

// Heads of samples are independent: threads share them.
// CHECK-LABEL: sft.step predict @attention
sft.step predict @attention(%q: tensor<2x8x4x16xf32>) {
  // CHECK: sft.kernel
  // CHECK-SAME: extent = 8 : i64
  // CHECK-SAME: parallel
  %y, %lse = sft.attention_forward %q, %q, %q scale 0.25 : tensor<2x8x4x16xf32>
  sft.output prediction "y", %y : tensor<2x8x4x16xf32>
}

// Rows may meet in a sum: one piece.
// CHECK-LABEL: sft.step evaluate @scatter
sft.step evaluate @scatter(%i: tensor<5xi32>, %u: tensor<5x2xf32>) {
  // CHECK: sft.kernel
  // CHECK-SAME: extent = 1 : i64
  // CHECK-NOT: parallel
  // CHECK: sft.output
  %y = sft.scatter_add %i, %u
      : tensor<5xi32>, tensor<5x2xf32> to tensor<4x2xf32>
  sft.output prediction "y", %y : tensor<4x2xf32>
}
