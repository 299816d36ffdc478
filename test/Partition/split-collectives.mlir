// RUN: sft-opt %s --sft-split-collectives=axis=data | FileCheck %s

module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 4>} {
  // Reduced over the axis first, and gathered over the last axis first.
  // CHECK-LABEL: sft.step predict @both
  sft.step predict @both(%x: tensor<2xf32>) {
    // CHECK: %[[T:.*]] = sft.all_gather %{{.*}} dim 0 axes [1] {{.*}} : tensor<2xf32> to tensor<8xf32>
    // CHECK: %[[G:.*]] = sft.all_gather %[[T]] dim 0 axes [0] {{.*}} : tensor<8xf32> to tensor<16xf32>
    %g = sft.all_gather %x dim 0 axes [0, 1] why "test" : tensor<2xf32> to tensor<16xf32>
    // CHECK: %[[D:.*]] = sft.all_reduce sum %[[G]] axes [0] {{.*}}
    // CHECK: %[[S:.*]] = sft.all_reduce sum %[[D]] axes [1] {{.*}}
    %s = sft.all_reduce sum %g axes [1, 0] why "test" : tensor<16xf32> -> tensor<16xf32>
    // CHECK: %[[F:.*]] = sft.reduce_scatter max %[[S]] dim 0 axes [1] {{.*}} : tensor<16xf32> to tensor<4xf32>
    // CHECK: %[[Y:.*]] = sft.reduce_scatter max %[[F]] dim 0 axes [0] {{.*}} : tensor<4xf32> to tensor<2xf32>
    %y = sft.reduce_scatter max %s dim 0 axes [1, 0] why "test" : tensor<16xf32> to tensor<2xf32>
    // CHECK: sft.output prediction "y", %[[Y]]
    sft.output prediction "y", %y : tensor<2xf32>
  }

  // What a permute moves, lanes take out of all.
  // CHECK-LABEL: sft.step predict @senders
  sft.step predict @senders(%x: tensor<2x3xf32>) {
    // CHECK: %[[ONE:.*]] = sft.reshape %x : tensor<2x3xf32> to tensor<1x2x3xf32>
    // CHECK: %[[ALL:.*]] = sft.all_gather %[[ONE]] dim 0 axes [0] {{.*}} : tensor<1x2x3xf32> to tensor<2x2x3xf32>
    // CHECK: %[[I:.*]] = sft.select
    // CHECK: %[[OWN:.*]] = sft.part %[[ALL]], %[[I]] dim 0 : tensor<2x2x3xf32> to tensor<1x2x3xf32>
    // CHECK: %[[Y:.*]] = sft.reshape %[[OWN]] : tensor<1x2x3xf32> to tensor<2x3xf32>
    // CHECK: sft.permute %[[Y]] from [3, 2, 1, 0] axes [1]
    %y = sft.permute %x from [1, 0] axes [0] why "test" : tensor<2x3xf32>
    %z = sft.permute %y from [3, 2, 1, 0] axes [1] why "test" : tensor<2x3xf32>
    sft.output prediction "z", %z : tensor<2x3xf32>
  }

  // CHECK-LABEL: sft.step evaluate @alone
  sft.step evaluate @alone(%x: tensor<2xf32>) {
    // CHECK-COUNT-2: sft.all_reduce
    // CHECK-NOT: sft.all_reduce
    %d = sft.all_reduce sum %x axes [0] why "test" : tensor<2xf32> -> tensor<2xf32>
    %t = sft.all_reduce sum %d axes [1] why "test" : tensor<2xf32> -> tensor<2xf32>
    sft.output prediction "t", %t : tensor<2xf32>
  }
}
