// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: sft.model @line(%{{.*}}: tensor<4x1xf32>, %{{.*}}: tensor<4x1xf32>) optimizer = #sft.sgd {
sft.model @line(%x: tensor<4x1xf32>, %y: tensor<4x1xf32>)
    optimizer = #sft.sgd<lr = 0.01> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<1x1xf32>
  // CHECK: sft.mul %{{.*}}, %{{.*}} : tensor<4x1xf32>, tensor<1x1xf32>
  %p = sft.mul %x, %w : tensor<4x1xf32>, tensor<1x1xf32>
  // CHECK: sft.exp %{{.*}} : tensor<4x1xf32>
  %e = sft.exp %p : tensor<4x1xf32>
  // CHECK: sft.yield outputs {"e" = %{{.*}} : tensor<4x1xf32>}
  sft.yield outputs {"e" = %e : tensor<4x1xf32>}
}
