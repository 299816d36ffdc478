// RUN: sft-opt %s --sft-seed-shardings --sft-propagate-shardings --sft-find-partials --sft-global-to-local | FileCheck %s

// Where parts stay as they are, ranks change places.
module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 2, "pipe" = 4>} {

// Rank (d, t) wants part 2 t + d, which rank (t, d) holds.
// CHECK-LABEL: sft.step predict @order
sft.step predict @order(%x: tensor<8x8xf32>) {
  %a = sft.shard %x to <[{data, tensor}, -]> : tensor<8x8xf32>
  %b = sft.relu %a : tensor<8x8xf32>
  // CHECK: %[[B:.*]] = sft.relu
  // CHECK-NEXT: sft.permute %[[B]] from [0, 2, 1, 3] axes [0, 1] {{.*}} : tensor<2x8xf32>
  %c = sft.shard %b to <[{tensor, data}, -]> : tensor<8x8xf32>
  %y = sft.exp %c : tensor<8x8xf32>
  sft.output prediction "y", %y : tensor<8x8xf32>
}

// Two axes of one size change dimensions.
// CHECK-LABEL: sft.step predict @dimensions
sft.step predict @dimensions(%x: tensor<8x8xf32>) {
  %a = sft.shard %x to <[data, tensor]> : tensor<8x8xf32>
  %b = sft.relu %a : tensor<8x8xf32>
  // CHECK: %[[B:.*]] = sft.relu
  // CHECK-NEXT: sft.permute %[[B]] from [0, 2, 1, 3] axes [0, 1] {{.*}} : tensor<4x4xf32>
  %c = sft.shard %b to <[tensor, data]> : tensor<8x8xf32>
  %y = sft.exp %c : tensor<8x8xf32>
  sft.output prediction "y", %y : tensor<8x8xf32>
}

// Over another axis of the size: who has its part keeps it.
// CHECK-LABEL: sft.step predict @other
sft.step predict @other(%x: tensor<8x8xf32>) {
  %a = sft.shard %x to <[data, -]> : tensor<8x8xf32>
  %b = sft.relu %a : tensor<8x8xf32>
  // CHECK: %[[B:.*]] = sft.relu
  // CHECK-NEXT: sft.permute %[[B]] from [0, 2, 1, 3] axes [0, 1] {{.*}} : tensor<4x8xf32>
  %c = sft.shard %b to <[tensor, -]> : tensor<8x8xf32>
  %y = sft.exp %c : tensor<8x8xf32>
  sft.output prediction "y", %y : tensor<8x8xf32>
}

// What lists begin with alike takes no part.
// CHECK-LABEL: sft.step predict @prefix
sft.step predict @prefix(%x: tensor<16x8xf32>) {
  %a = sft.shard %x to <[{data, tensor, pipe}, -]> : tensor<16x8xf32>
  %b = sft.relu %a : tensor<16x8xf32>
  // CHECK: %[[B:.*]] = sft.relu
  // CHECK-NEXT: sft.permute %[[B]] from [0, 2, 4, 6, 1, 3, 5, 7] axes [1, 2] {{.*}} : tensor<1x8xf32>
  %c = sft.shard %b to <[{data, pipe, tensor}, -]> : tensor<16x8xf32>
  %y = sft.exp %c : tensor<16x8xf32>
  sft.output prediction "y", %y : tensor<16x8xf32>
}

// What moves to another dimension stands last first.
// CHECK-LABEL: sft.step predict @gathered
sft.step predict @gathered(%x: tensor<1024x1024xf32>) {
  %a = sft.shard %x to <[{pipe, tensor}, -]> : tensor<1024x1024xf32>
  %b = sft.relu %a : tensor<1024x1024xf32>
  // CHECK: %[[B:.*]] = sft.relu
  // CHECK-NEXT: %[[P:.*]] = sft.permute %[[B]] from [0, 4, 1, 5, 2, 6, 3, 7] axes [1, 2] {{.*}} : tensor<128x1024xf32>
  // CHECK-NEXT: sft.all_to_all %[[P]] split 1 concat 0 axes [2] {{.*}} : tensor<128x1024xf32> to tensor<512x256xf32>
  %c = sft.shard %b to <[tensor, pipe]> : tensor<1024x1024xf32>
  %y = sft.exp %c : tensor<1024x1024xf32>
  sft.output prediction "y", %y : tensor<1024x1024xf32>
}

}
