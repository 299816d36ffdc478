// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: sft.step train @await
sft.step train @await(%a: tensor<8xf32>, %x: tensor<8x4xf32>) {
  %s:2 = sft.all_reduce sum %a, %a axes [0] why ""
      : tensor<8xf32>, tensor<8xf32> -> tensor<8xf32>, tensor<8xf32>
  // CHECK: sft.await %{{.*}}#0, %{{.*}}#1 : (tensor<8xf32>, tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %r:2 = sft.await %s#0, %s#1
      : (tensor<8xf32>, tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %p = sft.reduce_scatter sum %x dim 0 axes [0] why ""
      : tensor<8x4xf32> to tensor<4x4xf32>
  // CHECK: sft.await %{{.*}} while %{{.*}} : (tensor<4x4xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  %q = sft.await %p while %x : (tensor<4x4xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
}
