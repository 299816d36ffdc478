// RUN: sft-opt %s --split-input-file --sft-separate-constants --sft-pad-dimensions 2>/dev/null | FileCheck %s --enable-var-scope
// RUN: sft-opt %s --split-input-file --sft-separate-constants --sft-pad-dimensions 2>&1 >/dev/null | FileCheck %s --check-prefix=TOLD --implicit-check-not=warning:

// A maximum does not see the sixth column. The weight is kept padded, its file
// is not.
module attributes {sft.mesh = #sft.mesh<"tensor" = 2>} {
// TOLD: [[@LINE+2]]:{{.*}} warning: dimension 1 of tensor<4x5xf32> does not divide over mesh axis "tensor" = 2 and is padded to 6; sizes that divide it: 1, 5
// CHECK: sft.variable parameter @w shard <[-, tensor]> : tensor<4x6xf32> of tensor<4x5xf32>
sft.variable parameter @w shard <[-, tensor]> : tensor<4x5xf32>
// CHECK-LABEL: @maximum
// CHECK-SAME: %[[X:.*]]: tensor<2x4xf32> of tensor<2x4xf32>
sft.step predict @maximum(%x: tensor<2x4xf32>) {
  %w = sft.read @w : tensor<4x5xf32>
  // CHECK: %[[H:.*]] = sft.matmul %[[X]], %{{.*}} : tensor<2x4xf32>, tensor<4x6xf32>
  %h = sft.matmul %x, %w : tensor<2x4xf32>, tensor<4x5xf32>
  // CHECK: %[[I:.*]] = sft.iota axis 1 : tensor<2x6xi64>
  // CHECK: %[[FIVE:.*]] = sft.constant dense<5>
  // CHECK: %[[C:.*]] = sft.compare lt, %[[I]], %[[FIVE]]
  // CHECK: %[[LOWEST:.*]] = sft.constant dense<0xFF800000>
  // CHECK: %[[G:.*]] = sft.select %[[C]], %[[H]], %[[LOWEST]]
  // CHECK: sft.reduce max %[[G]] axes [1] : tensor<2x6xf32>
  %m = sft.reduce max %h axes [1] : tensor<2x5xf32>
  sft.output prediction "m", %m : tensor<2xf32>
  // A sum does not need the select: the weight has zeros there, so has h.
  // CHECK: sft.reduce sum %[[H]] axes [1]
  %s = sft.reduce sum %h axes [1] : tensor<2x5xf32>
  sft.output prediction "s", %s : tensor<2xf32>
  // What leaves the program is as written.
  // CHECK: %[[CUT:.*]] = sft.slice %[[H]] [0, 0] [2, 5]
  // CHECK: sft.output prediction "h", %[[CUT]] : tensor<2x5xf32>
  sft.output prediction "h", %h : tensor<2x5xf32>
}
}

// -----

// The batch is loaded padded, with zeros, which an exponential is not; through a
// reshape it stays the major part of the rows. Means go by counts as written.
module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
// CHECK-LABEL: @batch
// CHECK-SAME: %[[X:.*]]: tensor<8x3xf32> of tensor<6x3xf32>
// TOLD: [[@LINE+1]]:{{.*}} warning: batch of 6 rows does not divide over mesh axis "data" = 4 and is padded to 8; sizes that divide it: 1, 2, 3, 6
sft.step evaluate @batch(%x: tensor<6x3xf32>) {
  %share = sft.constant dense<0.0555555556> : tensor<f32>
  // CHECK: sft.reshape %[[X]] : tensor<8x3xf32> to tensor<24xf32>
  %r = sft.reshape %x : tensor<6x3xf32> to tensor<18xf32>
  // CHECK: %[[E:.*]] = sft.exp %{{.*}} : tensor<24xf32>
  %e = sft.exp %r : tensor<18xf32>
  // CHECK: %[[I:.*]] = sft.iota axis 0 : tensor<24xi64>
  // CHECK: dense<18>
  // CHECK: %[[Z:.*]] = sft.select %{{.*}}, %[[E]]
  // CHECK: sft.reduce sum %[[Z]] axes [0] : tensor<24xf32>
  %s = sft.reduce sum %e axes [0] : tensor<18xf32>
  // CHECK: sft.mul %{{.*}}, %{{.*}} : tensor<f32>
  %m = sft.mul %s, %share : tensor<f32>
  sft.output loss "loss", %m : tensor<f32>
}
}

// -----

// Where columns are the minor part of a dimension, places that do not count
// would stand in its middle: they are left out.
module attributes {sft.mesh = #sft.mesh<"tensor" = 2>} {
// TOLD: warning: dimension 1 of tensor<4x5xf32>
sft.variable parameter @w shard <[-, tensor]> : tensor<4x5xf32>
// CHECK-LABEL: @minor
sft.step predict @minor() {
  // CHECK: %[[W:.*]] = sft.read @w : tensor<4x6xf32>
  %w = sft.read @w : tensor<4x5xf32>
  // CHECK: %[[CUT:.*]] = sft.slice %[[W]] [0, 0] [4, 5]
  // CHECK: sft.reshape %[[CUT]] : tensor<4x5xf32> to tensor<20xf32>
  %r = sft.reshape %w : tensor<4x5xf32> to tensor<20xf32>
  sft.output prediction "r", %r : tensor<20xf32>
}
}

// -----

// Random numbers go by positions as written, and what is kept is zero where
// places do not count.
module attributes {sft.mesh = #sft.mesh<"tensor" = 2>} {
// TOLD: warning: dimension 0 of tensor<3x2xf32>
sft.variable parameter @w shard <[tensor, -]> : tensor<3x2xf32>
// CHECK-LABEL: @random
sft.step initialize @random() {
  %seed = sft.runtime_scalar seed : tensor<i64>
  // CHECK: %[[U:.*]] = sft.random_uniform %{{.*}}, %{{.*}} stream 1 word 0 from(%{{.*}}, %{{.*}}) of [3, 2] : tensor<4x2xf32>
  %u = sft.random_uniform %seed, %seed stream 1 word 0 : tensor<3x2xf32>
  // CHECK: %[[Z:.*]] = sft.select %{{.*}}, %[[U]]
  // CHECK: sft.write @w, %[[Z]] : tensor<4x2xf32>
  sft.write @w, %u : tensor<3x2xf32>
}
}

// -----

// Of padded places a quotient is not known: zero over zero is none. A sum gets a
// select, and integers have a lowest element of their own.
module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
// CHECK-LABEL: @quotient
// TOLD: warning: batch of 3 rows
sft.step predict @quotient(%x: tensor<3x4xf32>, %n: tensor<3xi64>) {
  %s = sft.reduce sum %x axes [1] keep : tensor<3x4xf32>
  // CHECK: %[[Q:.*]] = sft.div
  %q = sft.div %x, %s : tensor<3x4xf32>, tensor<3x1xf32>
  // CHECK: %[[Z:.*]] = sft.select %{{.*}}, %[[Q]]
  // CHECK: sft.reduce sum %[[Z]] axes [0]
  %r = sft.reduce sum %q axes [0] : tensor<3x4xf32>
  sft.output prediction "r", %r : tensor<4xf32>
  // CHECK: %[[LOWEST:.*]] = sft.constant dense<-9223372036854775808>
  // CHECK: sft.select %{{.*}}, %{{.*}}, %[[LOWEST]]
  // CHECK: sft.reduce max
  %m = sft.reduce max %n axes [0] : tensor<3xi64>
  sft.output prediction "m", %m : tensor<i64>
}
}

// -----

// All divides: nothing changes.
module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 5>} {
// CHECK: sft.variable parameter @w shard <[-, tensor]> : tensor<4x5xf32>{{$}}
sft.variable parameter @w shard <[-, tensor]> : tensor<4x5xf32>
// CHECK-LABEL: @even
// CHECK-SAME: (%{{.*}}: tensor<2x4xf32>)
sft.step predict @even(%x: tensor<2x4xf32>) {
  // CHECK-NOT: sft.iota
  %w = sft.read @w : tensor<4x5xf32>
  %h = sft.matmul %x, %w : tensor<2x4xf32>, tensor<4x5xf32>
  %m = sft.reduce max %h axes [1] : tensor<2x5xf32>
  sft.output prediction "m", %m : tensor<2xf32>
}
}
