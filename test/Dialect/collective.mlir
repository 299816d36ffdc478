// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: sft.step train @collectives
sft.step train @collectives(%a: tensor<8xf32>, %b: tensor<4xf32>,
                            %x: tensor<8x4xf32>,
                            %rows: !sft.csr<4x9xf32, capacity = 6>) {
  // CHECK: sft.all_reduce sum %{{.*}}, %{{.*}} axes [0] why "both" : tensor<8xf32>, tensor<4xf32> -> tensor<8xf32>, tensor<4xf32>
  %s:2 = sft.all_reduce sum %a, %b axes [0] why "both"
      : tensor<8xf32>, tensor<4xf32> -> tensor<8xf32>, tensor<4xf32>
  // CHECK: sft.all_gather %{{.*}} dim 1 axes [1, 0] why "" : tensor<8x4xf32> to tensor<8x16xf32>
  %g = sft.all_gather %x dim 1 axes [1, 0] why ""
      : tensor<8x4xf32> to tensor<8x16xf32>
  // CHECK: sft.all_gather %{{.*}} dim 0 axes [0] why "" : !sft.csr<4x9xf32, capacity = 6> to !sft.csr<8x9xf32, capacity = 12, blocks = 2>
  %h = sft.all_gather %rows dim 0 axes [0] why ""
      : !sft.csr<4x9xf32, capacity = 6>
      to !sft.csr<8x9xf32, capacity = 12, blocks = 2>
  // CHECK: sft.reduce_scatter max %{{.*}} dim 0 axes [0] why "" : tensor<8x4xf32> to tensor<2x4xf32>
  %r = sft.reduce_scatter max %x dim 0 axes [0] why ""
      : tensor<8x4xf32> to tensor<2x4xf32>
  // CHECK: sft.all_to_all %{{.*}} split 0 concat 1 axes [0] why "" : tensor<8x4xf32> to tensor<4x8xf32>
  %t = sft.all_to_all %x split 0 concat 1 axes [0] why ""
      : tensor<8x4xf32> to tensor<4x8xf32>
  // CHECK: sft.permute %{{.*}} from [2, 0, 1] axes [0] why "shift" : tensor<8x4xf32>
  %p = sft.permute %x from [2, 0, 1] axes [0] why "shift" : tensor<8x4xf32>
  // CHECK: sft.permute %{{.*}} from [0, 2, 1, 3] axes [0, 1] why "" : tensor<8x4xf32>
  %q = sft.permute %x from [0, 2, 1, 3] axes [0, 1] why "" : tensor<8x4xf32>
  // CHECK: sft.all_to_all %{{.*}} split 0 concat 0 axes [0] why "" : tensor<8x4xf32> to tensor<8x4xf32>
  %u = sft.all_to_all %x split 0 concat 0 axes [0] why ""
      : tensor<8x4xf32> to tensor<8x4xf32>
}

// CHECK-LABEL: sft.step train @parts
sft.step train @parts(%x: tensor<8x4xf32>, %i: tensor<i64>) {
  // CHECK: sft.part %{{.*}}, %{{.*}} dim 1 : tensor<8x4xf32> to tensor<8x2xf32>
  %p = sft.part %x, %i dim 1 : tensor<8x4xf32> to tensor<8x2xf32>
  // CHECK: sft.shard %{{.*}} to <[data, -]> : tensor<8x4xf32>
  %s = sft.shard %x to <[data, -]> : tensor<8x4xf32>
  // CHECK: sft.shard %{{.*}} gradient_of @w : tensor<8x4xf32>
  %g = sft.shard %x gradient_of @w : tensor<8x4xf32>
}
