// RUN: sft-opt %s --sft-separate-constants | FileCheck %s
// RUN: sft-opt %s --sft-assign-mesh=mesh=tensor=2 --sft-separate-constants --sft-seed-shardings --sft-propagate-shardings --sft-find-partials --sft-global-to-local --canonicalize --cse | FileCheck %s --check-prefix=LOCAL

// Three states that start at zero, cut in three ways: none is the other's.
sft.variable state @m shard <[-, tensor]> : tensor<4x6xf32>
sft.variable state @v shard <[tensor, -]> : tensor<4x6xf32>
sft.variable state @t : tensor<4x6xf32>

// CHECK-LABEL: @start
// CHECK: %[[M:.*]] = sft.constant dense<0.000000e+00>
// CHECK: sft.write @m, %[[M]]
// CHECK: %[[V:.*]] = sft.constant dense<0.000000e+00>
// CHECK: sft.write @v, %[[V]]
// CHECK: %[[T:.*]] = sft.constant dense<0.000000e+00>
// CHECK: sft.write @t, %[[T]]
// CHECK-NOT: sft.constant

// LOCAL-LABEL: @start
// LOCAL-NOT: sft.all_
// LOCAL: sft.write @t
sft.step initialize @start() {
  %zero = sft.constant dense<0.0> : tensor<4x6xf32>
  sft.write @m, %zero : tensor<4x6xf32>
  sft.write @v, %zero : tensor<4x6xf32>
  sft.write @t, %zero : tensor<4x6xf32>
}

// A scalar has no dimension that one use could cut for another.
// CHECK-LABEL: @scalar
// CHECK: sft.constant dense<2.0
// CHECK-NOT: sft.constant
sft.step predict @scalar(%x: tensor<4xf32>) {
  %two = sft.constant dense<2.0> : tensor<f32>
  %y = sft.mul %x, %two : tensor<4xf32>, tensor<f32>
  %z = sft.mul %y, %two : tensor<4xf32>, tensor<f32>
  sft.output prediction "z", %z : tensor<4xf32>
}
