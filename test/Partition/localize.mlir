// RUN: sft-opt %s --sft-seed-shardings --sft-propagate-shardings --sft-find-partials --sft-global-to-local | FileCheck %s

// What ops say about global extents and positions, on a shard.
module attributes {sft.mesh = #sft.mesh<"data" = 2>} {

// Dimensions that are taken whole are cut, and the sizes follow.
// CHECK-LABEL: sft.step predict @slice
sft.step predict @slice(%x: tensor<8x8xf32>) {
  // CHECK: sft.slice %{{.*}} [0, 2] [4, 3] : tensor<4x8xf32>
  %y = sft.slice %x [0, 2] [8, 3] : tensor<8x8xf32>
  sft.output prediction "y", %y : tensor<8x3xf32>
}

// CHECK-LABEL: sft.step predict @iota
sft.step predict @iota(%x: tensor<8x3xi32>) {
  // CHECK-DAG: %[[RANK:.*]] = sft.runtime_scalar axis_index axis 0 : tensor<i64>
  // CHECK-DAG: %[[PART:.*]] = sft.constant dense<4> : tensor<i64>
  // CHECK: %[[FIRST:.*]] = sft.mul %[[RANK]], %[[PART]]
  // CHECK: sft.iota from %[[FIRST]] axis 0 : tensor<4x3xi32>
  %rows = sft.iota axis 0 : tensor<8x3xi32>
  // Columns are whole: their positions are global already.
  // CHECK: sft.iota axis 1 : tensor<4x3xi32>
  %columns = sft.iota axis 1 : tensor<8x3xi32>
  %i = sft.add %rows, %columns : tensor<8x3xi32>
  %y = sft.add %x, %i : tensor<8x3xi32>
  sft.output prediction "y", %y : tensor<8x3xi32>
}

// CHECK-LABEL: sft.step train @random_uniform
sft.step train @random_uniform(%x: tensor<8x3xf32>) {
  %seed = sft.runtime_scalar seed : tensor<i64>
  %step = sft.runtime_scalar step : tensor<i64>
  // CHECK: %[[FIRST:.*]] = sft.mul
  // CHECK: %[[ZERO:.*]] = sft.constant dense<0> : tensor<i64>
  // CHECK: sft.random_uniform %{{.*}}, %{{.*}} stream 1 word 0 from(%[[FIRST]], %[[ZERO]]) of [8, 3] : tensor<4x3xf32>
  %u = sft.random_uniform %seed, %step stream 1 word 0 : tensor<8x3xf32>
  %y = sft.add %x, %u : tensor<8x3xf32>
  sft.output prediction "y", %y : tensor<8x3xf32>
}

}
