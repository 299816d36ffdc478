// RUN: sft-opt %s --sft-form-kernels --sft-generate-kernels=emit=mlir -o /dev/null | FileCheck %s

// A loop over all elements where every operand has the domain's shape.
// CHECK-LABEL: func.func @sft_k0_body
// CHECK-SAME: memref<32xf32>
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK: return
sft.step predict @flat(%x: tensor<8x4xf32>) {
  %e = sft.exp %x : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x4xf32>
}

// A slice from the start has identical indices but other strides: two loops.
// CHECK-LABEL: func.func @sft_k1_body
// CHECK-SAME: memref<8x4xf32>
// CHECK: scf.for
// CHECK: scf.for
// CHECK: return
sft.step evaluate @slice(%x: tensor<8x4xf32>) {
  %e = sft.slice %x [0, 0] [8, 3] : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x3xf32>
}

// The same kernel twice is one function.
// CHECK-NOT: func.func
sft.step train @again(%x: tensor<8x4xf32>) {
  %e = sft.exp %x : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x4xf32>
}
