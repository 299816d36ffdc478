// RUN: sft-opt %s --sft-form-kernels --sft-assign-in-place --split-input-file --verify-roundtrip | FileCheck %s

// A value that dies in a kernel gives its buffer to the result.
// CHECK-LABEL: sft.step predict @dies
// CHECK: sft.kernel
// CHECK: in_place [0, 0]
sft.step predict @dies(%x: tensor<8x4xf32>) {
  %m = sft.reduce sum %x axes [1] : tensor<8x4xf32>
  %r = sft.reshape %m : tensor<8xf32> to tensor<8x1xf32>
  %e = sft.exp %r : tensor<8x1xf32>
  sft.output prediction "e", %e : tensor<8x1xf32>
}

// -----

// Not where it is read later, be it through a view.
// CHECK-LABEL: sft.step predict @read_later
// CHECK-NOT: in_place
sft.step predict @read_later(%x: tensor<8x4xf32>) {
  %m = sft.reduce sum %x axes [1] : tensor<8x4xf32>
  %r = sft.reshape %m : tensor<8xf32> to tensor<8x1xf32>
  %e = sft.exp %r : tensor<8x1xf32>
  sft.output prediction "e", %e : tensor<8x1xf32>
  sft.output prediction "m", %m : tensor<8xf32>
}

// -----

// An input stays as it was loaded.
// CHECK-LABEL: sft.step predict @input
// CHECK-NOT: in_place
sft.step predict @input(%x: tensor<8x4xf32>) {
  %e = sft.exp %x : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x4xf32>
}

// -----

// A variable's buffer goes to its next value, and to no other.
// CHECK-LABEL: sft.step train @variable
// CHECK: sft.kernel
// CHECK-NOT: in_place
// CHECK: sft.guard
// CHECK: sft.kernel
// CHECK: in_place [0, 0]
sft.step train @variable(%x: tensor<8x4xf32>) {
  %w = sft.read @w : tensor<8x4xf32>
  %l = sft.read @l : tensor<f32>
  %e = sft.exp %w : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x4xf32>
  sft.guard %l : tensor<f32>
  %n = sft.neg %w : tensor<8x4xf32>
  sft.write @w, %n : tensor<8x4xf32>
}
