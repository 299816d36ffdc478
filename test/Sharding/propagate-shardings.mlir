// RUN: sft-opt %s --sft-seed-shardings --sft-propagate-shardings \
// RUN:   --sft-find-partials --sft-verify-shardings | FileCheck %s

// Data parallelism: inputs are cut by rows, the rest follows by the ops' rules.
module attributes {sft.mesh = #sft.mesh<"data" = 2>} {

sft.variable parameter @w : tensor<4x3xf32>

// CHECK-LABEL: sft.step train @train
// CHECK-SAME: tensor<8x4xf32> of tensor<8x4xf32> sharding <{{\[\[}}0], []]>
sft.step train @train(%x: tensor<8x4xf32>) {
  // A variable is whole.
  // CHECK: sft.read @w {sft.shardings = [#sft.sharding<{{\[\[}}], []]>]}
  %w = sft.read @w : tensor<4x3xf32>
  // Rows stay where they are.
  // CHECK: sft.matmul %{{.*}} {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}0], []]>]}
  %y = sft.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32>
  // CHECK: sft.exp %{{.*}} {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}0], []]>]}
  %e = sft.exp %y : tensor<8x3xf32>
  // A sum over the rows is partial on each rank,
  // CHECK: sft.matmul %{{.*}} {sft.shardings = [#sft.sharding<{{\[\[}}], []], partial sum [0]>], transpose_x}
  %g = sft.matmul %x, %e {transpose_x} : tensor<8x4xf32>, tensor<8x3xf32>
  // and stays so through an op that is linear,
  // CHECK: sft.neg %{{.*}} {sft.shardings = [#sft.sharding<{{\[\[}}], []], partial sum [0]>]}
  %n = sft.neg %g : tensor<4x3xf32>
  // but not through another.
  // CHECK: sft.square %{{.*}} {sft.shardings = [#sft.sharding<{{\[\[}}], []]>]}
  %s = sft.square %n : tensor<4x3xf32>
  sft.write @w, %s : tensor<4x3xf32>
}

// The maximum over the rows is partial as a maximum.
// CHECK-LABEL: sft.step evaluate @evaluate
// CHECK: sft.reduce max {{.*}} {sft.shardings = [#sft.sharding<{{\[\[}}]], partial max [0]>]}
sft.step evaluate @evaluate(%x: tensor<8x4xf32>) {
  %m = sft.reduce max %x axes [0] : tensor<8x4xf32>
  sft.output prediction "m", %m : tensor<4xf32>
}

}
