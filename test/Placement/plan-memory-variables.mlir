// RUN: sft-opt %s --sft-form-kernels --sft-assign-in-place \
// RUN:   --sft-generate-kernels --sft-plan-memory --sft-verify-placement \
// RUN:   | FileCheck %s

// A variable's next value is made in the variable's bytes where nothing reads
// the old one later: no temporary, no copy.
// CHECK-LABEL: plan.program @spmd
// CHECK: %[[W:.*]] = plan.buffer "w" parameter
// CHECK: plan.function @gradients
// CHECK: plan.function @update
// CHECK-NEXT: plan.launch "{{.*}}"(%[[W]]) access [3]
// CHECK-NOT: plan.copy
sft.variable parameter @w : tensor<8x4xf32>
sft.variable parameter @l : tensor<f32>
sft.step train @train() {
  %l = sft.read @l : tensor<f32>
  sft.guard %l : tensor<f32>
  %w = sft.read @w : tensor<8x4xf32>
  %n = sft.neg %w : tensor<8x4xf32>
  sft.write @w, %n : tensor<8x4xf32>
}
