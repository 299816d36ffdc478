// RUN: sft-opt %s --sft-form-kernels --split-input-file --verify-roundtrip | FileCheck %s

// Ops over the same loops share a kernel; the value between them has no buffer.
// CHECK-LABEL: sft.step predict @chain
// CHECK: sft.kernel
// CHECK: sft.exp
// CHECK: sft.add
// CHECK-NOT: sft.kernel(
sft.step predict @chain(%x: tensor<8x4xf32>) {
  %one = sft.constant dense<1.0> : tensor<f32>
  %e = sft.exp %x : tensor<8x4xf32>
  %s = sft.add %e, %one : tensor<8x4xf32>, tensor<f32>
  sft.output prediction "s", %s : tensor<8x4xf32>
}

// -----

// A reduction's result is whole only after the loop: its users wait.
// CHECK-LABEL: sft.step predict @reduction
// CHECK: sft.kernel
// CHECK: sft.reduce
// CHECK: sft.kernel
// CHECK: sft.sub
sft.step predict @reduction(%x: tensor<8x4xf32>) {
  %m = sft.reduce max %x axes [1] keep : tensor<8x4xf32>
  %s = sft.sub %x, %m : tensor<8x4xf32>, tensor<8x1xf32>
  sft.output prediction "s", %s : tensor<8x4xf32>
}

// -----

// Nothing moves across a guard, though the loops agree.
// CHECK-LABEL: sft.step train @guard
// CHECK: sft.kernel
// CHECK: sft.exp
// CHECK: sft.guard
// CHECK: sft.kernel
// CHECK: sft.neg
sft.step train @guard(%x: tensor<8x4xf32>) {
  %w = sft.read @w : tensor<8x4xf32>
  %l = sft.read @l : tensor<f32>
  %e = sft.exp %w : tensor<8x4xf32>
  sft.output prediction "e", %e : tensor<8x4xf32>
  sft.guard %l : tensor<f32>
  %n = sft.neg %w : tensor<8x4xf32>
  sft.write @w, %n : tensor<8x4xf32>
}

// -----

// A constant that is an output has a buffer, and no kernel.
// CHECK-LABEL: sft.step predict @constant
// CHECK-NOT: sft.kernel
// CHECK: sft.fill dense<2.0{{.*}}> : tensor<8xf32>
// CHECK: sft.output
sft.step predict @constant(%x: tensor<8x4xf32>) {
  %c = sft.constant dense<2.0> : tensor<8xf32>
  sft.output prediction "c", %c : tensor<8xf32>
}

// Kernels of random numbers differ in their stream alone: it comes from outside,
// in the high word of the step, so that both are the same code.
// CHECK-LABEL: sft.step initialize @initialize
sft.step initialize @initialize() {
  // CHECK: sft.fill dense<73014444032> : tensor<i64>
  // CHECK: sft.random_uniform %{{.*}}, %{{.*}} stream 0 word 0
  %seed = sft.runtime_scalar seed : tensor<i64>
  %zero = sft.constant dense<0> : tensor<i64>
  %u = sft.random_uniform %seed, %zero stream 17 word 0 : tensor<8xf32>
  sft.write @u, %u : tensor<8xf32>
  // A constant that is written is no kernel.
  // CHECK: %[[Z:.*]] = sft.fill dense<0.000000e+00> : tensor<8xf32>
  // CHECK: sft.write @z, %[[Z]]
  %z = sft.constant dense<0.0> : tensor<8xf32>
  sft.write @z, %z : tensor<8xf32>
}
