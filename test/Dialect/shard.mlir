// RUN: sft-opt %s | sft-opt | FileCheck %s

// CHECK-LABEL: sft.model @m
sft.model @m(%x: tensor<8x4xf32>) {
  // CHECK: sft.shard %x : tensor<8x4xf32>
  %a = sft.shard %x : tensor<8x4xf32>
  // CHECK: sft.shard %{{.*}} to <[data, -]> : tensor<8x4xf32>
  %b = sft.shard %a to <[data, -]> : tensor<8x4xf32>
  // CHECK: sft.shard %{{.*}} to <{{\[}}{data, tensor}, -], priority = 2> : tensor<8x4xf32>
  %c = sft.shard %b to <[{data, tensor}, -], priority = 2> : tensor<8x4xf32>
  // CHECK: sft.shard %{{.*}} to <[-, -]> {note = #sft.shard<[-]>} : tensor<8x4xf32>
  %d = sft.shard %c to <[-, -]> {note = #sft.shard<[-]>} : tensor<8x4xf32>
  sft.yield outputs {"p" = %d : tensor<8x4xf32>}
}
