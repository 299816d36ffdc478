// RUN: sft-opt %s --split-input-file --sft-seed-shardings \
// RUN:   --sft-propagate-shardings --sft-split-axes | FileCheck %s
// RUN: sft-opt %s --split-input-file --sft-seed-shardings \
// RUN:   --sft-propagate-shardings --sft-split-axes=keep=tensor \
// RUN:   | FileCheck %s --check-prefix=KEEP

// Eight columns as two rows of four: the major half of the axis cuts the rows.
// CHECK: sft.mesh = #sft.mesh<"tensor:0" = 2, "tensor:1" = 2>
// KEEP: sft.mesh = #sft.mesh<"tensor" = 4>
module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
// CHECK: sft.variable parameter @x shard <[-, tensor]> : tensor<4x8xf32> sharding <{{\[\[}}], [0, 1]]>
sft.variable parameter @x shard <[-, tensor]> : tensor<4x8xf32>
// CHECK-LABEL: @halves
// KEEP-LABEL: @halves
sft.step train @halves() {
  %x = sft.read @x : tensor<4x8xf32>
  // CHECK: sft.reshape {{.*}}#sft.sharding<{{\[\[}}], [0], [1]]>
  // KEEP: sft.reshape {{.*}}#sft.sharding<{{\[\[}}], [], []]>
  %h = sft.reshape %x : tensor<4x8xf32> to tensor<4x2x4xf32>
  // What made it so is the axis that was named.
  // CHECK: sft.square {{.*}}sft.origins = {tensor = "the shard of x
  %s = sft.square %h : tensor<4x2x4xf32>
  %y = sft.reduce sum %s axes [0, 1, 2] : tensor<4x2x4xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}

// -----

// Half an axis divides six heads. It stands where the axis stood.
// CHECK: sft.mesh = #sft.mesh<"data" = 1, "tensor:0" = 2, "tensor:1" = 2, "z" = 2>
module attributes {sft.mesh = #sft.mesh<"data" = 1, "tensor" = 4, "z" = 2>} {
sft.variable parameter @x shard <[z, tensor]> : tensor<4096x768xf32>
// CHECK-LABEL: @heads
sft.step train @heads() {
  %x = sft.read @x : tensor<4096x768xf32>
  // CHECK: sft.reshape {{.*}}#sft.sharding<{{\[\[}}3], [1], []]>
  %h = sft.reshape %x : tensor<4096x768xf32> to tensor<4096x6x128xf32>
  %s = sft.square %h : tensor<4096x6x128xf32>
  %y = sft.reduce sum %s axes [0, 1, 2] : tensor<4096x6x128xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}

// -----

// An axis in three parts, one a factor.
// CHECK: sft.mesh = #sft.mesh<"tensor:0" = 2, "tensor:1" = 2, "tensor:2" = 3>
module attributes {sft.mesh = #sft.mesh<"tensor" = 12>} {
sft.variable parameter @x shard <[-, tensor]> : tensor<4x12xf32>
// CHECK-LABEL: @thirds
sft.step train @thirds() {
  %x = sft.read @x : tensor<4x12xf32>
  // CHECK: sft.reshape {{.*}}#sft.sharding<{{\[\[}}], [0], [1], [2]]>
  %h = sft.reshape %x : tensor<4x12xf32> to tensor<4x2x2x3xf32>
  %s = sft.square %h : tensor<4x2x2x3xf32>
  %y = sft.reduce sum %s axes [0, 1, 2, 3] : tensor<4x2x2x3xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}

// -----

// From where the axis comes backwards: only its major part goes on.
// CHECK: sft.mesh = #sft.mesh<"tensor:0" = 2, "tensor:1" = 2>
module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
sft.variable parameter @v : tensor<1024x6x128xf32>
sft.variable parameter @w shard <[tensor, -]> : tensor<768x64xf32>
// CHECK-LABEL: @backwards
sft.step train @backwards() {
  // CHECK: sft.read @v {{.*}}#sft.sharding<{{\[\[}}], [0], []]>
  %v = sft.read @v : tensor<1024x6x128xf32>
  %s = sft.square %v : tensor<1024x6x128xf32>
  // CHECK: sft.reshape {{.*}}#sft.sharding<{{\[\[}}], [0]]>
  %h = sft.reshape %s : tensor<1024x6x128xf32> to tensor<1024x768xf32>
  %w = sft.read @w : tensor<768x64xf32>
  %p = sft.matmul %h, %w : tensor<1024x768xf32>, tensor<768x64xf32>
  %q = sft.square %p : tensor<1024x64xf32>
  %y = sft.reduce sum %q axes [0, 1] : tensor<1024x64xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}

// -----

// The batch, over the parts of "data".
// CHECK: sft.mesh = #sft.mesh<"data:0" = 2, "data:1" = 2>
module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
// CHECK-LABEL: @batch
// CHECK-SAME: sharding <{{\[\[}}0, 1], []]>
sft.step train @batch(%x: tensor<8x64xf32>) {
  // CHECK: sft.reshape {{.*}}#sft.sharding<{{\[\[}}0], [1], []]>
  %h = sft.reshape %x : tensor<8x64xf32> to tensor<2x4x64xf32>
  %s = sft.square %h : tensor<2x4x64xf32>
  %y = sft.reduce sum %s axes [0, 1, 2] : tensor<2x4x64xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}

// -----

// A part that is of no use is not made: all is gathered in the end,
// CHECK: sft.mesh = #sft.mesh<"tensor" = 4>
module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
sft.variable parameter @x shard <[-, tensor]> : tensor<4x8xf32>
// CHECK-LABEL: @whole
sft.step predict @whole() {
  %x = sft.read @x : tensor<4x8xf32>
  %h = sft.reshape %x : tensor<4x8xf32> to tensor<4x2x4xf32>
  sft.output prediction "h", %h : tensor<4x2x4xf32>
}
}

// -----

// or two short messages take longer than a long one.
// CHECK: sft.mesh = #sft.mesh<"tensor" = 4>
module attributes {sft.mesh = #sft.mesh<"tensor" = 4>} {
sft.variable parameter @x shard <[-, tensor]> : tensor<16x48xf32>
// CHECK-LABEL: @small
sft.step train @small() {
  %x = sft.read @x : tensor<16x48xf32>
  %h = sft.reshape %x : tensor<16x48xf32> to tensor<16x6x8xf32>
  %s = sft.square %h : tensor<16x6x8xf32>
  %y = sft.reduce sum %s axes [0, 1, 2] : tensor<16x6x8xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}

// -----

// No part of three divides eight; a factor that an axis divides needs no part.
// CHECK: sft.mesh = #sft.mesh<"data" = 2, "tensor" = 3>
module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 3>} {
sft.variable parameter @x shard <[-, tensor]> : tensor<4x24xf32>
// CHECK-LABEL: @prime
sft.step train @prime(%b: tensor<8x8xf32>) {
  %x = sft.read @x : tensor<4x24xf32>
  %h = sft.reshape %x : tensor<4x24xf32> to tensor<4x8x3xf32>
  %s = sft.square %h : tensor<4x8x3xf32>
  %y = sft.reduce sum %s axes [0, 1, 2] : tensor<4x8x3xf32>
  // CHECK: sft.reshape {{.*}}#sft.sharding<{{\[\[}}0], [], []]>
  %c = sft.reshape %b : tensor<8x8xf32> to tensor<2x4x8xf32>
  sft.output loss "loss", %y : tensor<f32>
}
}
