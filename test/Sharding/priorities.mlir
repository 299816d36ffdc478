// RUN: sft-opt %s --sft-seed-shardings --sft-propagate-shardings | FileCheck %s

// Two annotations that ask for different things of %h. The lower number goes
// first, along the whole step; the other takes what is left.
module attributes {sft.mesh = #sft.mesh<"tensor" = 2>} {

sft.variable parameter @rows shard <[tensor, -]> : tensor<8x4xf32>
sft.variable parameter @columns shard <[-, tensor], priority = 1> : tensor<8x4xf32>
sft.variable parameter @late_rows shard <[tensor, -], priority = 2> : tensor<8x4xf32>

// CHECK-LABEL: sft.step train @train
sft.step train @train(%x: tensor<8x4xf32>) {
  %r = sft.read @rows : tensor<8x4xf32>
  %c = sft.read @columns : tensor<8x4xf32>
  %l = sft.read @late_rows : tensor<8x4xf32>
  // CHECK: sft.add %{{.*}} {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}0], []]>]
  %a = sft.add %r, %c : tensor<8x4xf32>, tensor<8x4xf32>
  // CHECK: sft.mul %{{.*}} {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}], [0]]>]
  %b = sft.mul %l, %c : tensor<8x4xf32>, tensor<8x4xf32>
  sft.write @rows, %a : tensor<8x4xf32>
  sft.write @late_rows, %b : tensor<8x4xf32>
}

}
