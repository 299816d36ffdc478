// RUN: sft-opt %s --sft-zero=stage=1 | FileCheck %s --check-prefixes=CHECK,ONE
// RUN: sft-opt %s --sft-zero=stage=2 | FileCheck %s --check-prefixes=CHECK,TWO
// RUN: sft-opt %s --sft-zero=stage=3 | FileCheck %s --check-prefixes=CHECK,THREE

module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 2>} {

// A dimension that is cut over "tensor" is cut over "data" besides; the rows of
// @v do not divide, its columns do; @c has nothing that divides.
// ONE: sft.variable parameter @w : tensor<8x3xf32> sharding <{{\[}}[1], []]>
// TWO: sft.variable parameter @w : tensor<8x3xf32> sharding <{{\[}}[1], []]>
// THREE: sft.variable parameter @w shard <[{tensor, data}, -]> {sft.origins = {data = "--zero=3"}} : tensor<8x3xf32> sharding <{{\[}}[1, 0], []]>
// CHECK: sft.variable state @w.m shard <[{tensor, data}, -]> {sft.origins = {data = "--zero={{[123]}}"}} : tensor<8x3xf32> sharding <{{\[}}[1, 0], []]>
// CHECK: sft.variable state @v.m shard <[-, data]> {sft.origins = {data = "--zero={{[123]}}"}} : tensor<3x4xf32> sharding <{{\[}}[], [0]]>
// CHECK: sft.variable state @c.m : tensor<3xf32>{{$}}
// What its author has cut over "data" is cut as much as can be.
// CHECK: sft.variable parameter @a shard <[-, data]> : tensor<4x4xf32> sharding <{{\[}}[], [0]]>
// CHECK: sft.variable state @a.m shard <[-, data]> {{.*}}: tensor<4x4xf32> sharding <{{\[}}[], [0]]>
sft.variable parameter @w : tensor<8x3xf32> sharding <[[1], []]>
sft.variable state @w.m : tensor<8x3xf32> sharding <[[1], []]>
sft.variable parameter @v : tensor<3x4xf32>
sft.variable state @v.m : tensor<3x4xf32>
sft.variable parameter @c : tensor<3xf32>
sft.variable state @c.m : tensor<3xf32>
sft.variable parameter @a shard <[-, data]> : tensor<4x4xf32> sharding <[[], [0]]>
sft.variable state @a.m : tensor<4x4xf32> sharding <[[], [0]]>

// CHECK-LABEL: sft.step train @train
sft.step train @train(%g: tensor<8x3xf32> of tensor<8x3xf32> sharding <[[], []]>) {
  // CHECK: %[[W:.*]] = sft.read @w
  %w = sft.read @w {sft.shardings = [#sft.sharding<[[1], []]>]} : tensor<8x3xf32>
  // A forward use gathers; the update below works on parts.
  // THREE: %[[WHOLE:.*]] = sft.shard %[[W]] to <[tensor, -]>
  // THREE: sft.square %[[WHOLE]]
  // ONE: sft.square %[[W]]
  %s = sft.square %w {sft.shardings = [#sft.sharding<[[1], []]>]} : tensor<8x3xf32>
  %t = sft.reduce sum %s axes [0, 1] {sft.shardings = [#sft.sharding<[]>]} : tensor<8x3xf32>
  // ONE: sft.shard %{{.*}} gradient_of @w
  // TWO: sft.shard %{{.*}} to <[{tensor, data}, -]> gradient_of @w
  %d = sft.shard %g gradient_of @w {sft.shardings = [#sft.sharding<[[], []]>]} : tensor<8x3xf32>
  sft.guard %t : tensor<f32>
  // CHECK: sft.sub %[[W]]
  %n = sft.sub %w, %d {sft.shardings = [#sft.sharding<[[1], []]>]} : tensor<8x3xf32>
  sft.write @w, %n : tensor<8x3xf32>
}
}
