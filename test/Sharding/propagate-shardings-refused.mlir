// RUN: sft-opt %s --split-input-file --sft-seed-shardings \
// RUN:   --sft-propagate-shardings --sft-find-partials --sft-verify-shardings | FileCheck %s

// What an op cannot make in parts stays as it is, and is cut behind it.
module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 2>} {

// A CSR batch is not cut any further.
// CHECK-LABEL: sft.step predict @rows
sft.step predict @rows(%x: !sft.csr<4x6xf32, capacity = 24>, %w: tensor<6x3xf32>) {
  // CHECK: sft.transform {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}0], []]>]}
  %z = sft.transform %x, %w : !sft.csr<4x6xf32, capacity = 24>, tensor<6x3xf32>
  // CHECK: sft.shard {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}0, 1], []]>]}
  %y = sft.shard %z to <[{data, tensor}, -]> : tensor<4x3xf32>
  sft.output prediction "y", %y : tensor<4x3xf32>
}

}

// -----

module attributes {sft.mesh = #sft.mesh<"rows" = 2, "columns" = 2>} {

// Both results have the factor of heads: it is cut one way.
// CHECK-LABEL: sft.step evaluate @heads
sft.step evaluate @heads(%q: tensor<2x3x4x2xf32>) {
  // CHECK: sft.attention_forward {{.*}}sft.shardings = [#sft.sharding<{{\[\[}}], [], [0, 1], []]>, #sft.sharding<{{\[\[}}], [0, 1], []]>]}
  %y, %lse = sft.attention_forward %q, %q, %q scale 0.7 : tensor<2x3x4x2xf32>
  %a = sft.shard %y to <[-, -, {rows, columns}, -]> : tensor<2x3x4x2xf32>
  %b = sft.shard %lse to <[-, {columns, rows}, -]> : tensor<2x4x3xf32>
  sft.output prediction "a", %a : tensor<2x3x4x2xf32>
  sft.output prediction "b", %b : tensor<2x4x3xf32>
}

}
