// RUN: sft-opt %s --sft-fold-ranks="axis=data ranks=2" --split-input-file --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --sft-fold-ranks="axis=data ranks=1" --split-input-file --verify-roundtrip | FileCheck %s --check-prefix=ONE
// RUN: sft-opt %s --sft-fold-ranks="axis=data ranks=4" --split-input-file | FileCheck %s --check-prefix=SAME

// Each rank computes two lanes and adds them, then the ranks add. One rank adds
// four lanes by a tree; of four ranks nothing changes.
// CHECK: #sft.mesh<"data" = 2>
// ONE: #sft.mesh<"data" = 1>
// SAME: #sft.mesh<"data" = 4>
module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
  // CHECK-LABEL: sft.step predict @sum(%x: tensor<4x3xf32> of
  // CHECK-DAG: %[[X0:.*]] = sft.view %x part 0 : tensor<4x3xf32> to tensor<2x3xf32>
  // CHECK-DAG: %[[X1:.*]] = sft.view %x part 1 : tensor<4x3xf32> to tensor<2x3xf32>
  // CHECK: %[[Y0:.*]] = sft.kernel(%{{.*}} = %[[X0]])
  // CHECK: %[[Y1:.*]] = sft.kernel(%{{.*}} = %[[X1]])
  // CHECK: %[[S:.*]] = sft.kernel(%{{.*}} = %[[Y0]], %{{.*}} = %[[Y1]])
  // CHECK-NEXT: sft.add
  // CHECK: %[[R:.*]] = sft.all_reduce sum %[[S]] axes [0]
  // CHECK: sft.output prediction "y", %[[R]]

  // ONE-LABEL: sft.step predict @sum(%x: tensor<8x3xf32> of
  // ONE-COUNT-2: sft.reduce
  // ONE: %[[A:.*]] = sft.kernel
  // ONE-NEXT: sft.add
  // ONE-COUNT-2: sft.reduce
  // ONE: %[[B:.*]] = sft.kernel
  // ONE-NEXT: sft.add
  // ONE: sft.kernel(%{{.*}} = %[[A]], %{{.*}} = %[[B]])
  // ONE-NEXT: sft.add
  // ONE-NOT: sft.all_reduce

  // SAME-LABEL: sft.step predict @sum(%x: tensor<2x3xf32> of
  // SAME-NOT: sft.view
  sft.step predict @sum(%x: tensor<2x3xf32>) attributes {
      global_types = [tensor<8x3xf32>], shardings = [#sft.sharding<[[0], []]>]} {
    %y = sft.kernel(%a = %x) : (tensor<2x3xf32>) -> tensor<3xf32> {
      %s = sft.reduce sum %a axes [0] : tensor<2x3xf32>
      sft.kernel_yield %s : tensor<3xf32>
    }
    %s = sft.all_reduce sum %y axes [0] why "test" : tensor<3xf32> -> tensor<3xf32>
    sft.output prediction "y", %s : tensor<3xf32>
  }
}

// -----

// A variable that is cut holds the parts of all lanes; where a lane stands
// follows from where its rank does. What is the same on all is done once.
module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
  // CHECK: sft.variable state @m : tensor<4xf32> of tensor<8xf32> sharding
  sft.variable state @m : tensor<2xf32> of tensor<8xf32> sharding <[[0]]>
  sft.variable parameter @w : tensor<8xf32>
  // CHECK-LABEL: sft.step train @update
  sft.step train @update() {
    // CHECK: %[[M:.*]] = sft.read @m : tensor<4xf32>
    // CHECK: sft.view %[[M]] part 0
    // CHECK: sft.view %[[M]] part 1
    %m = sft.read @m : tensor<2xf32>
    // CHECK: %[[W:.*]] = sft.read @w
    // CHECK: sft.kernel(%{{.*}} = %[[W]])
    // CHECK-NEXT: sft.exp
    // CHECK-NOT: sft.exp
    %w = sft.read @w : tensor<8xf32>
    %e = sft.kernel(%a = %w) : (tensor<8xf32>) -> tensor<8xf32> {
      %r = sft.exp %a : tensor<8xf32>
      sft.kernel_yield %r : tensor<8xf32>
    }
    // CHECK: %[[I:.*]] = sft.runtime_scalar axis_index axis 0
    // CHECK: sft.kernel(%{{.*}} = %[[I]])
    // CHECK: sft.mul
    // CHECK: sft.add
    %i = sft.runtime_scalar axis_index axis 0 : tensor<i64>
    // CHECK-COUNT-2: sft.part
    %n = sft.kernel(%a = %m, %b = %e, %c = %i)
        : (tensor<2xf32>, tensor<8xf32>, tensor<i64>) -> tensor<2xf32> {
      %p = sft.part %b, %c dim 0 : tensor<8xf32> to tensor<2xf32>
      %r = sft.add %a, %p : tensor<2xf32>
      sft.kernel_yield %r : tensor<2xf32>
    }
    // CHECK: %[[N:.*]] = sft.kernel
    // CHECK-NEXT: sft.concat
    // CHECK: sft.write @m, %[[N]] : tensor<4xf32>
    sft.write @m, %n : tensor<2xf32>
    // The lanes' parts one after the other, then those of the ranks.
    // CHECK: sft.all_gather %{{.*}} dim 0 axes [0] {{.*}} : tensor<4xf32> to tensor<8xf32>
    %g = sft.all_gather %n dim 0 axes [0] why "test" : tensor<2xf32> to tensor<8xf32>
    sft.write @w, %g : tensor<8xf32>
  }
}

// -----

// A lane's share of a sum, and rows that change places.
module attributes {sft.mesh = #sft.mesh<"data" = 4>} {
  // CHECK-LABEL: sft.step predict @move(%x: tensor<16xf32> of
  sft.step predict @move(%x: tensor<8xf32>) attributes {
      global_types = [tensor<32xf32>], shardings = [#sft.sharding<[[0]]>]} {
    // CHECK: sft.add
    // CHECK: %[[S:.*]] = sft.reduce_scatter sum %{{.*}} dim 0 axes [0] {{.*}} : tensor<8xf32> to tensor<4xf32>
    // CHECK: sft.view %[[S]] part 0 : tensor<4xf32> to tensor<2xf32>
    // CHECK: sft.view %[[S]] part 1 : tensor<4xf32> to tensor<2xf32>
    %s = sft.reduce_scatter sum %x dim 0 axes [0] why "test" : tensor<8xf32> to tensor<2xf32>
    // CHECK: sft.concat %{{.*}}, %{{.*}} axis 1 : tensor<2x1x4xf32>, tensor<2x1x4xf32>
    // CHECK: sft.all_to_all %{{.*}} split 0 concat 0 axes [0] {{.*}} : tensor<16xf32> to tensor<16xf32>
    // CHECK: sft.slice %{{.*}} [0, 0] [4, 2] : tensor<4x4xf32>
    // CHECK: sft.slice %{{.*}} [0, 2] [4, 2] : tensor<4x4xf32>
    %a = sft.all_to_all %x split 0 concat 0 axes [0] why "test" : tensor<8xf32> to tensor<8xf32>
    %b = sft.all_gather %a dim 0 axes [0] why "test" : tensor<8xf32> to tensor<32xf32>
    sft.output prediction "b", %b : tensor<32xf32>
  }
}
