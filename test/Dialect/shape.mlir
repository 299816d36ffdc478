// RUN: sft-opt %s --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --test-print-factor-rules -o /dev/null 2>&1 | FileCheck %s --check-prefix=RULE

// CHECK-LABEL: sft.step evaluate @reshape
sft.step evaluate @reshape(%x: tensor<4x8xf32>, %y: tensor<6x4xi32>) {
  // CHECK: sft.reshape %{{.*}} : tensor<4x8xf32> to tensor<32xf32>
  // RULE: remark: ([i,j]) -> [i*j], linear in 0{{$}}
  %merged = sft.reshape %x : tensor<4x8xf32> to tensor<32xf32>
  // RULE: remark: ([i,j*k]) -> [i*j,k,1], linear in 0{{$}}
  %split = sft.reshape %x : tensor<4x8xf32> to tensor<16x2x1xf32>
  // What leads both is a factor; the rest does not correspond.
  // RULE: remark: ([i*j,m]) -> [i*k,l], j whole, k whole, l whole, m whole, linear in 0{{$}}
  %crossed = sft.reshape %y : tensor<6x4xi32> to tensor<4x6xi32>
}

// CHECK-LABEL: sft.step evaluate @transpose
sft.step evaluate @transpose(%x: tensor<2x3x4xf32>) {
  // CHECK: sft.transpose %{{.*}} [2, 0, 1] : tensor<2x3x4xf32>
  // RULE: remark: ([i,j,k]) -> [k,i,j], linear in 0{{$}}
  %y = sft.transpose %x [2, 0, 1] : tensor<2x3x4xf32>
  // The result type is inferred.
  // CHECK: sft.exp %{{.*}} : tensor<4x2x3xf32>
  // RULE: remark: ([i,j,k]) -> [i,j,k]{{$}}
  %z = sft.exp %y : tensor<4x2x3xf32>
}

// CHECK-LABEL: sft.step evaluate @broadcast
sft.step evaluate @broadcast(%x: tensor<8x1xf32>) {
  // CHECK: sft.broadcast %{{.*}} : tensor<8x1xf32> to tensor<4x8x5xf32>
  // RULE: remark: ([j,1]) -> [i,j,k], linear in 0{{$}}
  %y = sft.broadcast %x : tensor<8x1xf32> to tensor<4x8x5xf32>
}

// CHECK-LABEL: sft.step evaluate @slice
sft.step evaluate @slice(%x: tensor<4x8xf32>) {
  // CHECK: sft.slice %{{.*}} [0, 2] [4, 3] : tensor<4x8xf32>
  // RULE: remark: ([i,k]) -> [i,j], j whole, k whole, linear in 0{{$}}
  %y = sft.slice %x [0, 2] [4, 3] : tensor<4x8xf32>
  // CHECK: sft.pad %{{.*}} low [0, 2] high [0, 3] : tensor<4x3xf32>
  // RULE: remark: ([i,k]) -> [i,j], j whole, k whole, linear in 0{{$}}
  %z = sft.pad %y low [0, 2] high [0, 3] : tensor<4x3xf32>
  // CHECK: sft.concat %{{.*}}, %{{.*}} axis 1 : tensor<4x8xf32>, tensor<4x3xf32>
  // RULE: remark: ([i,k],[i,l]) -> [i,j], j whole, k whole, l whole, jointly linear{{$}}
  %c = sft.concat %z, %y axis 1 : tensor<4x8xf32>, tensor<4x3xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %e = sft.exp %c : tensor<4x11xf32>
}
