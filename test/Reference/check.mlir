// RUN: sft-check %s --mesh=data=2 --steps=2 | FileCheck %s
// RUN: sft-check %s --mesh=data=4 --steps=2 | FileCheck %s
// A difference names the quantity, then the first op that made one.
// RUN: not sft-check %s --mesh=data=2 --tolerance=0 2>&1 \
// RUN:   | FileCheck %s --check-prefix=DIFFERS
// RUN: not sft-check %s --mesh=data 2>&1 | FileCheck %s --check-prefix=MESH
// RUN: not sft-check %s --mesh= 2>&1 | FileCheck %s --check-prefix=EMPTY
// EMPTY: sft-check: error: --mesh: "" is not AXIS=N

// CHECK-DAG: initialize variable w1 0.0e+00
// CHECK-DAG: train output loss
// CHECK-DAG: train variable w1
// CHECK-DAG: train variable w2
// CHECK-DAG: evaluate output loss
// CHECK-DAG: predict output logits

// DIFFERS: check.mlir:[[@LINE+5]]:1: error: train step 0, {{.*}} differs: rank
// DIFFERS: note: first value that differs is the result of sft.

// MESH: sft-check: error: --mesh: "data" is not AXIS=N

sft.model @mlp(%x: tensor<8x6xf32>, %label: tensor<8xi32>)
    optimizer = #sft.adam<lr = 0.01> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<6x5xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<5xf32>
  %w2 = sft.parameter "w2" init(#sft.glorot_uniform) : tensor<5x3xf32>
  %h = sft.linear %x, %w1, %b1 : tensor<8x6xf32>, tensor<6x5xf32>, tensor<5xf32>
  %a = sft.relu %h : tensor<8x5xf32>
  %logits = sft.linear %a, %w2 : tensor<8x5xf32>, tensor<5x3xf32>
  %loss = sft.softmax_cross_entropy %logits, %label : tensor<8x3xf32>, tensor<8xi32>
  sft.yield loss %loss : tensor<f32>, outputs {"logits" = %logits : tensor<8x3xf32>}
}
