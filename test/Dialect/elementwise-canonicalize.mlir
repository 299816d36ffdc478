// RUN: sft-opt %s --canonicalize=test-convergence | FileCheck %s

// What changes nothing goes.

// CHECK-LABEL: sft.step evaluate @neutral(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
// CHECK-NEXT: sft.output metric "m", %[[X]]
sft.step evaluate @neutral(%x: tensor<4x8xf32>) {
  %zero = sft.constant dense<0.0> : tensor<f32>
  %one = sft.constant dense<1.0> : tensor<4x8xf32>
  %a = sft.add %x, %zero : tensor<4x8xf32>, tensor<f32>
  %b = sft.add %zero, %a : tensor<f32>, tensor<4x8xf32>
  %c = sft.sub %b, %zero : tensor<4x8xf32>, tensor<f32>
  %d = sft.mul %c, %one : tensor<4x8xf32>
  %e = sft.mul %one, %d : tensor<4x8xf32>
  %f = sft.div %e, %one : tensor<4x8xf32>
  %g = sft.cast %f : tensor<4x8xf32> to tensor<4x8xf32>
  sft.output metric "m", %g : tensor<4x8xf32>
}

// What looks like it stays: 0 - x, 1 / x, and a sum that makes the value larger.

// CHECK-LABEL: sft.step evaluate @not_neutral(
sft.step evaluate @not_neutral(%x: tensor<8xf32>) {
  %zero = sft.constant dense<0.0> : tensor<8xf32>
  %one = sft.constant dense<1.0> : tensor<8xf32>
  %zeros = sft.constant dense<0.0> : tensor<4x8xf32>
  // CHECK: %[[A:.*]] = sft.sub
  %a = sft.sub %zero, %x : tensor<8xf32>
  // CHECK: %[[B:.*]] = sft.div %{{.*}}, %[[A]]
  %b = sft.div %one, %a : tensor<8xf32>
  // CHECK: sft.add
  %c = sft.add %b, %zeros : tensor<8xf32>, tensor<4x8xf32>
  sft.output metric "m", %c : tensor<4x8xf32>
}
