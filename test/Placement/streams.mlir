// RUN: sft-opt %s --sft-plan-memory --sft-verify-placement --split-input-file | FileCheck %s

// A collective that is awaited runs on stream 1, between two events. What is
// computed meanwhile gets bytes of its own, though the operand is dead.
// CHECK-LABEL: plan.program @spmd
// CHECK: %[[G:.*]] = plan.buffer "predict.0" temporary at [[AT:[0-9]+]] bytes 4096
// CHECK-NOT: temporary at [[AT]] bytes
// CHECK: plan.function @predict
// CHECK: plan.contract {{.*}} -> %[[G]]
// CHECK-NEXT: plan.record 0
// CHECK-NEXT: plan.wait 0 stream 1
// CHECK-NEXT: plan.collective reduce_scatter sum %[[G]] -> %[[R:.*]] axes [0] root 0 why "" stream 1
// CHECK-NEXT: plan.record 1 stream 1
// CHECK-NEXT: plan.contract
// CHECK-NEXT: plan.wait 1
// CHECK-NEXT: plan.output metric "r", %[[R]]
sft.step predict @predict(%x: tensor<32x32xf32> of tensor<32x32xf32> sharding <[[], []]>) {
  %g = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s = sft.reduce_scatter sum %g dim 0 axes [0] why "" : tensor<32x32xf32> to tensor<16x32xf32>
  %h = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %r = sft.await %s while %g : (tensor<16x32xf32>, tensor<32x32xf32>) -> tensor<16x32xf32>
  sft.output metric "r", %r : tensor<16x32xf32>
  sft.output metric "h", %h : tensor<32x32xf32>
}

// -----

// A permute has bytes of its own to receive in.
// CHECK-LABEL: plan.program @spmd
// CHECK: plan.function @predict
// CHECK: plan.contract {{.*}} -> %[[G:[0-9]+]] [32, 32]
// CHECK: plan.collective permute sum %[[G]] -> %[[R:[^ ]*]] from [1, 0] axes [0] root 0 why "" stream 1
// CHECK-NEXT: plan.record 1 stream 1
sft.step predict @predict(%x: tensor<32x32xf32> of tensor<32x32xf32> sharding <[[], []]>) {
  %g = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s = sft.permute %g from [1, 0] axes [0] why "" : tensor<32x32xf32>
  %h = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %r = sft.await %s while %g : (tensor<32x32xf32>, tensor<32x32xf32>) -> tensor<32x32xf32>
  sft.output metric "r", %r : tensor<32x32xf32>
  sft.output metric "h", %h : tensor<32x32xf32>
}

// -----

// An all_reduce works in place, and what it gathers into a variable stands there
// at once.
// CHECK-LABEL: plan.program @spmd
// CHECK: %[[W:.*]] = plan.buffer "w" parameter
// CHECK: plan.function @initialize
// CHECK: plan.collective all_gather {{.*}} -> %[[W]] {{.*}} stream 1
// CHECK-NOT: plan.copy
sft.variable parameter @w : tensor<32x32xf32>
sft.step initialize @initialize() {
  %x = sft.fill dense<1.0> : tensor<16x32xf32>
  %s = sft.all_gather %x dim 0 axes [0] why "" : tensor<16x32xf32> to tensor<32x32xf32>
  %w = sft.await %s while %x : (tensor<32x32xf32>, tensor<16x32xf32>) -> tensor<32x32xf32>
  sft.write @w, %w : tensor<32x32xf32>
}
