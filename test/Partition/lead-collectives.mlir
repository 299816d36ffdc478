// RUN: sft-opt %s --sft-lead-collectives | FileCheck %s

// CHECK-LABEL: sft.step predict @gather
sft.step predict @gather(%x: tensor<8x2xf32>) {
  // CHECK: sft.all_gather %{{.*}} dim 0 axes [0] {{.*}} : tensor<1x8x2xf32> to tensor<2x8x2xf32>
  // CHECK: sft.transpose %{{.*}} [1, 0, 2]
  // CHECK: sft.reshape %{{.*}} to tensor<8x4xf32>
  %y = sft.all_gather %x dim 1 axes [0] why "test" : tensor<8x2xf32> to tensor<8x4xf32>
  sft.output prediction "y", %y : tensor<8x4xf32>
}

// CHECK-LABEL: sft.step predict @scatter
sft.step predict @scatter(%x: tensor<8x4xf32>) {
  // CHECK: sft.reshape %{{.*}} to tensor<8x2x2xf32>
  // CHECK: sft.transpose %{{.*}} [1, 0, 2]
  // CHECK: sft.reduce_scatter sum %{{.*}} dim 0 axes [0] {{.*}} : tensor<2x8x2xf32> to tensor<1x8x2xf32>
  // CHECK: sft.reshape %{{.*}} to tensor<8x2xf32>
  %y = sft.reduce_scatter sum %x dim 1 axes [0] why "test" : tensor<8x4xf32> to tensor<8x2xf32>
  sft.output prediction "y", %y : tensor<8x2xf32>
}

// CHECK-LABEL: sft.step predict @exchange
sft.step predict @exchange(%x: tensor<4x8xf32>) {
  // CHECK: sft.all_to_all %{{.*}} split 0 concat 0 axes [0] {{.*}} : tensor<2x4x4xf32> to tensor<2x4x4xf32>
  // CHECK: sft.reshape %{{.*}} : tensor<2x4x4xf32> to tensor<8x4xf32>
  %y = sft.all_to_all %x split 1 concat 0 axes [0] why "test" : tensor<4x8xf32> to tensor<8x4xf32>
  sft.output prediction "y", %y : tensor<8x4xf32>
}

// What is contiguous already stays.
// CHECK-LABEL: sft.step predict @leading
sft.step predict @leading(%x: tensor<4x8xf32>) {
  // CHECK-NEXT: sft.all_gather
  // CHECK-NEXT: sft.output
  %y = sft.all_gather %x dim 0 axes [0] why "test" : tensor<4x8xf32> to tensor<8x8xf32>
  sft.output prediction "y", %y : tensor<8x8xf32>
}
