// RUN: sft-opt %s --sft-training --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --sft-training --canonicalize=test-convergence | FileCheck %s

// The whole phase on a classifier: labels are no input of @predict, softmax
// cross-entropy and dropout are gone, the frozen shift has no gradient.

// CHECK: sft.variable parameter @w1 : tensor<8x16xf32>
// CHECK-NEXT: sft.variable state @w1.m : tensor<8x16xf32>
// CHECK-NEXT: sft.variable state @w1.v : tensor<8x16xf32>
// CHECK: sft.variable parameter frozen @shift : tensor<16xf32>
// CHECK-NEXT: sft.variable parameter @w2 : tensor<16x3xf32>
// CHECK-LABEL: sft.step initialize @initialize()
// CHECK: sft.random_uniform
// CHECK-LABEL: sft.step train @train
// CHECK-SAME: (%[[X:.*]]: tensor<4x8xf32>, %[[LABEL:.*]]: tensor<4xi32> below [3])
// CHECK-NOT: sft.gradient
// CHECK: sft.output loss "loss"
// CHECK-NEXT: sft.output metric "accuracy"
// CHECK: sft.guard
// CHECK: sft.write @w1,
// CHECK: sft.write @w1.m,
// CHECK: sft.write @w1.v,
// CHECK-NOT: sft.write @shift
// CHECK: sft.write @w2,
// CHECK-LABEL: sft.step evaluate @evaluate
// CHECK-NOT: sft.write
// CHECK: sft.output metric "accuracy"
// CHECK-LABEL: sft.step predict @predict
// CHECK-SAME: (%{{.*}}: tensor<4x8xf32>) {
// CHECK: sft.output prediction "logits"
sft.model @classifier(%x: tensor<4x8xf32>, %label: tensor<4xi32>)
    optimizer = #sft.adam schedule = #sft.warmup<steps = 10> clip_norm = 1.0 {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<8x16xf32>
  %b1 = sft.parameter "shift" init(#sft.zeros) frozen : tensor<16xf32>
  %w2 = sft.parameter "w2" init(#sft.truncated_normal<stddev = 0.1>)
      : tensor<16x3xf32>
  %h = sft.linear %x, %w1, %b1
      : tensor<4x8xf32>, tensor<8x16xf32>, tensor<16xf32>
  %a = sft.relu %h : tensor<4x16xf32>
  %d = sft.dropout %a rate 0.1 : tensor<4x16xf32>
  %logits = sft.linear %d, %w2 : tensor<4x16xf32>, tensor<16x3xf32>
  %loss = sft.softmax_cross_entropy %logits, %label
      : tensor<4x3xf32>, tensor<4xi32>
  %accuracy = sft.accuracy %logits, %label : tensor<4x3xf32>, tensor<4xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
    "accuracy" = %accuracy : tensor<f32>, "logits" = %logits : tensor<4x3xf32>}
}
