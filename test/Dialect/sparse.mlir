// RUN: sft-opt %s --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --test-print-factor-rules -o /dev/null 2>&1 | FileCheck %s --check-prefix=RULE

!x = !sft.csr<32x100xf32, capacity = 64>

// CHECK-LABEL: sft.step train @transform
sft.step train @transform(%x: !x, %w: tensor<100x8xf32>) {
  // CHECK: sft.transform %{{.*}}, %{{.*}} : !sft.csr<32x100xf32, capacity = 64>, tensor<100x8xf32>
  // RULE: remark: ([i,1],[j,k]) -> [i,k], j sum, linear in 1{{$}}
  %z = sft.transform %x, %w : !x, tensor<100x8xf32>
  // CHECK: sft.occurring_rows %{{.*}} : !sft.csr<32x100xf32, capacity = 64> to tensor<64xi32>, tensor<100xi32>
  // RULE: remark: ([i,j]) -> [k],[j], i whole, j whole, k whole{{$}}
  %rows, %slots = sft.occurring_rows %x : !x to tensor<64xi32>, tensor<100xi32>
  // CHECK: sft.transform_gradient %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : !sft.csr<32x100xf32, capacity = 64>, tensor<64xi32>, tensor<100xi32>, tensor<32x8xf32>
  // RULE: remark: ([i,j],[k],[j],[i,l]) -> [k,l], i whole, j whole, k whole, linear in 3{{$}}
  %v = sft.transform_gradient %x, %rows, %slots, %z
      : !x, tensor<64xi32>, tensor<100xi32>, tensor<32x8xf32>
}

// What an all_gather leaves, with fewer entries than the whole batch may have.
// CHECK-LABEL: sft.step train @blocks
sft.step train @blocks(%x: !sft.csr<32x100xf32, capacity = 60, blocks = 4>) {
  // CHECK: sft.occurring_rows %{{.*}} : !sft.csr<32x100xf32, capacity = 60, blocks = 4> to tensor<63xi32>, tensor<100xi32>
  // RULE: remark: ([i,j]) -> [k],[j], i whole, j whole, k whole{{$}}
  %rows, %slots = sft.occurring_rows %x
      : !sft.csr<32x100xf32, capacity = 60, blocks = 4> to tensor<63xi32>, tensor<100xi32>
}
