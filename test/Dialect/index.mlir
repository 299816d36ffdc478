// RUN: sft-opt %s --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --test-print-factor-rules -o /dev/null 2>&1 | FileCheck %s --check-prefix=RULE

// CHECK-LABEL: sft.step train @embedding
sft.step train @embedding(%ids: tensor<4x16xi32>, %table: tensor<65x32xf32>) {
  // CHECK: sft.embedding %{{.*}}, %{{.*}} : tensor<65x32xf32>, tensor<4x16xi32>
  // RULE: remark: ([i,j],[k,l]) -> [k,l,j], i sum, linear in 0{{$}}
  %e = sft.embedding %table, %ids : tensor<65x32xf32>, tensor<4x16xi32>
  // CHECK: sft.scatter_add %{{.*}}, %{{.*}} : tensor<4x16xi32>, tensor<4x16x32xf32> to tensor<65x32xf32>
  // RULE: remark: ([k,l],[k,l,j]) -> [i,j], k sum, l sum, linear in 1{{$}}
  %g = sft.scatter_add %ids, %e
      : tensor<4x16xi32>, tensor<4x16x32xf32> to tensor<65x32xf32>
}

// CHECK-LABEL: sft.step train @one_row
sft.step train @one_row(%id: tensor<i64>, %table: tensor<65x32xbf16>) {
  // RULE: remark: ([i,j],[]) -> [j], i sum, linear in 0{{$}}
  %e = sft.embedding %table, %id : tensor<65x32xbf16>, tensor<i64>
  // CHECK: sft.scatter_add %{{.*}} : tensor<i64>, tensor<32xbf16> to tensor<65x32xbf16>
  // RULE: remark: ([],[j]) -> [i,j], linear in 1{{$}}
  %g = sft.scatter_add %id, %e : tensor<i64>, tensor<32xbf16> to tensor<65x32xbf16>
}

// CHECK-LABEL: sft.step train @rows
sft.step train @rows(%w: tensor<100x8xf32>, %rows: tensor<16xi32>,
                     %slots: tensor<100xi32>) {
  // CHECK: sft.gather_rows %{{.*}}, %{{.*}} : tensor<100x8xf32>, tensor<16xi32>
  // RULE: remark: ([i,j],[k]) -> [k,j], i whole, k whole, linear in 0{{$}}
  %r = sft.gather_rows %w, %rows : tensor<100x8xf32>, tensor<16xi32>
  // CHECK: sft.scatter_rows %{{.*}}, %{{.*}}, %{{.*}} : tensor<100x8xf32>, tensor<16xi32>, tensor<16x8xf32>
  // RULE: remark: ([i,j],[k],[k,j]) -> [i,j], i whole, k whole{{$}}
  %w1 = sft.scatter_rows %w, %rows, %r
      : tensor<100x8xf32>, tensor<16xi32>, tensor<16x8xf32>
  // CHECK: sft.expand_rows %{{.*}}, %{{.*}}, %{{.*}} : tensor<100xi32>, tensor<16x8xf32>, tensor<16xi32>
  // RULE: remark: ([i],[j,k],[j]) -> [i,k], j whole, linear in 1{{$}}
  %g = sft.expand_rows %slots, %r, %rows
      : tensor<100xi32>, tensor<16x8xf32>, tensor<16xi32>
}

// CHECK-LABEL: sft.step train @occurring
sft.step train @occurring(%few: tensor<4x16xi64>, %many: tensor<128xi32>) {
  // CHECK: sft.occurring_indices %{{.*}} of 100 : tensor<4x16xi64>
  // RULE: remark: ([i,j]) -> [k],[l],[i,j], i whole, j whole, k whole, l whole{{$}}
  %rows, %slots, %places = sft.occurring_indices %few of 100
      : tensor<4x16xi64>
  // CHECK: sft.iota axis 0 : tensor<64xi32>
  %i = sft.iota axis 0 : tensor<64xi32>
  %fit = sft.add %rows, %i : tensor<64xi32>, tensor<64xi32>
  %rows2, %slots2, %places2 = sft.occurring_indices %many of 100
      : tensor<128xi32>
  // There are no more rows than the table has.
  // CHECK: sft.add %{{.*}}, %{{.*}} : tensor<100xi32>
  %fit2 = sft.add %rows2, %slots2 : tensor<100xi32>
}

// CHECK-LABEL: sft.step train @positions
sft.step train @positions(%x: tensor<4x8xf32>, %at: tensor<i64>) {
  // CHECK: sft.iota axis 1 : tensor<4x8xi32>
  // RULE: remark: () -> [i,j]{{$}}
  %i = sft.iota axis 1 : tensor<4x8xi32>
  // CHECK: sft.iota from %{{.*}} axis 0 : tensor<4xi64>
  // RULE: remark: ([]) -> [i]{{$}}
  %j = sft.iota from %at axis 0 : tensor<4xi64>
  // CHECK: sft.random_uniform %{{.*}}, %{{.*}} stream 17 word 3 : tensor<4x8xf32>
  // RULE: remark: ([],[]) -> [i,j]{{$}}
  %u = sft.random_uniform %at, %at stream 17 word 3 : tensor<4x8xf32>
  // CHECK: sft.random_uniform %{{.*}}, %{{.*}} stream 0 word 0 from(%{{.*}}, %{{.*}}) of [8, 8] : tensor<4x8xf32>
  // RULE: remark: ([],[],[],[]) -> [i,j]{{$}}
  %v = sft.random_uniform %at, %at stream 0 word 0 from (%at, %at) of [8, 8]
      : tensor<4x8xf32>
  // CHECK: sft.dropout %{{.*}} rate 1.000000e-01 : tensor<4x8xf32>
  %d = sft.dropout %x rate 0.1 : tensor<4x8xf32>
}
