// RUN: sftc %s --to=placement | FileCheck %s

// Outputs that are an input, a parameter, a reshape of either, or one value
// under two names: each has the shape that the model gives it.
// CHECK-LABEL: plan.program
// CHECK-DAG: plan.output prediction "x"
// CHECK-DAG: plan.output prediction "again"
// CHECK-DAG: plan.output prediction "p"
// CHECK-DAG: plan.output prediction "flat", %{{.*}} : memref<4x6xf32>
sft.model @outputs(%x: tensor<4x2x3xf32>) {
  %p = sft.parameter "p" init(#sft.ones) : tensor<4x6xf32>
  %flat = sft.reshape %x : tensor<4x2x3xf32> to tensor<4x6xf32>
  sft.yield outputs {"x" = %x : tensor<4x2x3xf32>,
    "again" = %x : tensor<4x2x3xf32>, "p" = %p : tensor<4x6xf32>,
    "flat" = %flat : tensor<4x6xf32>}
}
