// RUN: sft-opt %s --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --test-print-factor-rules -o /dev/null 2>&1 | FileCheck %s --check-prefix=RULE

// CHECK-LABEL: sft.step train @unary
sft.step train @unary(%x: tensor<4x8xf32>) {
  // CHECK: sft.neg %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j], linear in 0{{$}}
  %neg = sft.neg %x : tensor<4x8xf32>
  // CHECK: sft.exp %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %exp = sft.exp %x : tensor<4x8xf32>
  // CHECK: sft.log %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %log = sft.log %x : tensor<4x8xf32>
  // CHECK: sft.sqrt %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %sqrt = sft.sqrt %x : tensor<4x8xf32>
  // CHECK: sft.rsqrt %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %rsqrt = sft.rsqrt %x : tensor<4x8xf32>
  // CHECK: sft.abs %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %abs = sft.abs %x : tensor<4x8xf32>
  // CHECK: sft.square %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %square = sft.square %x : tensor<4x8xf32>
  // CHECK: sft.sign %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %sign = sft.sign %x : tensor<4x8xf32>
  // CHECK: sft.cos %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %cos = sft.cos %x : tensor<4x8xf32>
  // CHECK: sft.sin %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %sin = sft.sin %x : tensor<4x8xf32>
  // CHECK: sft.floor %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %floor = sft.floor %x : tensor<4x8xf32>
  // CHECK: sft.erf %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %erf = sft.erf %x : tensor<4x8xf32>
  // CHECK: sft.tanh %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %tanh = sft.tanh %x : tensor<4x8xf32>
  // CHECK: sft.sigmoid %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %sigmoid = sft.sigmoid %x : tensor<4x8xf32>
  // CHECK: sft.relu %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %relu = sft.relu %x : tensor<4x8xf32>
  // CHECK: sft.silu %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %silu = sft.silu %x : tensor<4x8xf32>
  // CHECK: sft.softplus %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %softplus = sft.softplus %x : tensor<4x8xf32>
  // CHECK: sft.gelu %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %gelu = sft.gelu %x : tensor<4x8xf32>
  // CHECK: sft.stop_gradient %{{.*}} : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j], linear in 0{{$}}
  %stop_gradient = sft.stop_gradient %x : tensor<4x8xf32>
  // CHECK: sft.gelu %{{.*}} tanh : tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %approximate = sft.gelu %x tanh : tensor<4x8xf32>
}

// Partial sums pass through add and sub together, through a product on one
// side, and through a quotient above the line.
// CHECK-LABEL: sft.step train @binary
sft.step train @binary(%x: tensor<4x8xf32>, %b: tensor<8xf32>) {
  // CHECK: sft.add %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j], jointly linear{{$}}
  %add = sft.add %x, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.sub %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j], jointly linear{{$}}
  %sub = sft.sub %x, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.mul %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j], linear in 0, 1{{$}}
  %mul = sft.mul %x, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.div %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j], linear in 0{{$}}
  %div = sft.div %x, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.pow %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %pow = sft.pow %x, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.min %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %min = sft.min %x, %b : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.max %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %max = sft.max %x, %b : tensor<4x8xf32>, tensor<8xf32>
}

// NumPy broadcasting: sizes of 1 repeat, on either side.
// CHECK-LABEL: sft.step train @broadcast
sft.step train @broadcast(%x: tensor<4x1xi32>, %y: tensor<3x1x8xi32>, %s: tensor<i32>) {
  // CHECK: %[[Z:.*]] = sft.add %{{.*}}, %{{.*}} : tensor<4x1xi32>, tensor<3x1x8xi32>
  // RULE: remark: ([j,1],[i,1,k]) -> [i,j,k], jointly linear{{$}}
  %z = sft.add %x, %y : tensor<4x1xi32>, tensor<3x1x8xi32>
  // CHECK: sft.mul %[[Z]], %{{.*}} : tensor<3x4x8xi32>, tensor<i32>
  // RULE: remark: ([i,j,k],[]) -> [i,j,k], linear in 0, 1{{$}}
  %w = sft.mul %z, %s : tensor<3x4x8xi32>, tensor<i32>
}

// CHECK-LABEL: sft.step train @choose
sft.step train @choose(%x: tensor<4x8xf32>, %y: tensor<8xf32>) {
  // CHECK: sft.compare eq, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %eq = sft.compare eq, %x, %y : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.compare ne, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %ne = sft.compare ne, %x, %y : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.compare lt, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %lt = sft.compare lt, %x, %y : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.compare le, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %le = sft.compare le, %x, %y : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.compare gt, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %gt = sft.compare gt, %x, %y : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.compare ge, %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[j]) -> [i,j]{{$}}
  %ge = sft.compare ge, %x, %y : tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4x8xi1>, tensor<4x8xf32>, tensor<8xf32>
  // RULE: remark: ([i,j],[i,j],[j]) -> [i,j]{{$}}
  %s = sft.select %eq, %x, %y : tensor<4x8xi1>, tensor<4x8xf32>, tensor<8xf32>
  // CHECK: sft.cast %{{.*}} : tensor<4x8xi1> to tensor<4x8xi64>
  // RULE: remark: ([i,j]) -> [i,j]{{$}}
  %i = sft.cast %ne : tensor<4x8xi1> to tensor<4x8xi64>
  // CHECK: sft.cast %{{.*}} : tensor<4x8xi64> to tensor<4x8xf32>
  // RULE: remark: ([i,j]) -> [i,j], linear in 0{{$}}
  %f = sft.cast %i : tensor<4x8xi64> to tensor<4x8xf32>
  // CHECK: sft.constant dense<2.000000e+00> : tensor<4x8xf32>
  // RULE: remark: () -> [i,j]{{$}}
  %two = sft.constant dense<2.0> : tensor<4x8xf32>
}
