// RUN: sft-opt %s --sft-bucket-collectives --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --sft-bucket-collectives=small=64 | FileCheck %s --check-prefix=SMALL
// RUN: sft-opt %s --sft-bucket-collectives=bytes=1 | FileCheck %s --check-prefix=NONE
module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
sft.variable parameter @w : tensor<4x3xf32> of tensor<8x3xf32> sharding <[[0], []]>
sft.variable parameter @b : tensor<2xf32> of tensor<4xf32> sharding <[[0]]>
sft.variable parameter @c : tensor<2xf32> of tensor<4xf32> sharding <[[0]]>

// A row for each member: what it gets of every value.
// CHECK-LABEL: sft.step train @scatter
// CHECK: %[[A:.*]] = sft.exp
// CHECK: %[[B:.*]] = sft.neg
// CHECK-DAG: %[[RA:.*]] = sft.reshape %[[A]] : tensor<8x3xf32> to tensor<2x12xf32>
// CHECK-DAG: %[[RB:.*]] = sft.reshape %[[B]] : tensor<4xf32> to tensor<2x2xf32>
// CHECK: %[[ALL:.*]] = sft.concat %[[RA]], %[[RB]]
// CHECK: %[[S:.*]] = sft.reduce_scatter sum %[[ALL]] dim 0 axes [0] why "bucket of 2; first: a" {sft.members = [{bytes = 96 : i64, why = "a"}, {bytes = 16 : i64, why = "b"}]} : tensor<2x14xf32> to tensor<1x14xf32>
// CHECK: %[[PA:.*]] = sft.slice %[[S]] [0, 0] [1, 12]
// CHECK: sft.reshape %[[PA]] : tensor<1x12xf32> to tensor<4x3xf32>
// CHECK: %[[PB:.*]] = sft.slice %[[S]] [0, 12] [1, 2]
// CHECK: sft.reshape %[[PB]] : tensor<1x2xf32> to tensor<2xf32>
// What is larger is not copied.
// SMALL-LABEL: sft.step train @scatter
// SMALL: sft.reduce_scatter sum %{{.*}} why "a" : tensor<8x3xf32> to tensor<4x3xf32>
// SMALL: sft.reduce_scatter sum %{{.*}} why "b" : tensor<4xf32> to tensor<2xf32>
// NONE-LABEL: sft.step train @scatter
// NONE-NOT: bucket of
sft.step train @scatter(%x: tensor<8x3xf32>, %y: tensor<4xf32>) {
  %a = sft.exp %x : tensor<8x3xf32>
  %b = sft.neg %y : tensor<4xf32>
  %ra = sft.reduce_scatter sum %a dim 0 axes [0] why "a" : tensor<8x3xf32> to tensor<4x3xf32>
  %rb = sft.reduce_scatter sum %b dim 0 axes [0] why "b" : tensor<4xf32> to tensor<2xf32>
  sft.output prediction "a", %ra : tensor<4x3xf32>
  sft.output prediction "b", %rb : tensor<2xf32>
}

// Of variables, what is used later is gathered with what is used first; what is
// gathered again has a bucket of its own.
// CHECK-LABEL: sft.step evaluate @gather
// CHECK: sft.concat
// CHECK: %[[G:.*]] = sft.all_gather %{{.*}} dim 0 axes [0] why "bucket of 3; first: b" {{{.*}}} : tensor<1x16xf32> to tensor<2x16xf32>
// CHECK: sft.slice %[[G]] [0, 0] [2, 2]
// CHECK: sft.slice %[[G]] [0, 2] [2, 2]
// CHECK: sft.slice %[[G]] [0, 4] [2, 12]
// CHECK: sft.exp
// CHECK: sft.neg
// CHECK: sft.all_gather {{.*}} why "bucket of 2; first: c again"
// SMALL-LABEL: sft.step evaluate @gather
// SMALL: why "bucket of 2; first: b"
// SMALL: sft.exp
// SMALL: sft.all_gather {{.*}} why "w"
// NONE-LABEL: sft.step evaluate @gather
// NONE-NOT: bucket of
sft.step evaluate @gather() {
  %b = sft.read @b : tensor<2xf32>
  %gb = sft.all_gather %b dim 0 axes [0] why "b" : tensor<2xf32> to tensor<4xf32>
  %e = sft.exp %gb : tensor<4xf32>
  %c = sft.read @c : tensor<2xf32>
  %gc = sft.all_gather %c dim 0 axes [0] why "c" : tensor<2xf32> to tensor<4xf32>
  %n = sft.neg %gc : tensor<4xf32>
  %w = sft.read @w : tensor<4x3xf32>
  %gw = sft.all_gather %w dim 0 axes [0] why "w" : tensor<4x3xf32> to tensor<8x3xf32>
  %again = sft.all_gather %c dim 0 axes [0] why "c again" : tensor<2xf32> to tensor<4xf32>
  %m = sft.neg %again : tensor<4xf32>
  %more = sft.all_gather %b dim 0 axes [0] why "b again" : tensor<2xf32> to tensor<4xf32>
  sft.output prediction "e", %e : tensor<4xf32>
  sft.output prediction "n", %n : tensor<4xf32>
  sft.output prediction "w", %gw : tensor<8x3xf32>
  sft.output prediction "m", %m : tensor<4xf32>
  sft.output prediction "o", %more : tensor<4xf32>
}

// A value that is needed at once does not wait for what is made of it.
// CHECK-LABEL: sft.step predict @at_once
// CHECK-NOT: bucket of
sft.step predict @at_once(%x: tensor<2xf32>) {
  %a = sft.all_gather %x dim 0 axes [0] why "a" : tensor<2xf32> to tensor<4xf32>
  %b = sft.exp %a : tensor<4xf32>
  %c = sft.all_gather %b dim 0 axes [0] why "b" : tensor<4xf32> to tensor<8xf32>
  sft.output prediction "c", %c : tensor<8xf32>
}
}
