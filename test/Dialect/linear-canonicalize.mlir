// RUN: sft-opt %s --canonicalize=test-convergence | FileCheck %s

// CHECK-LABEL: sft.step predict @absorbs_transposition
// CHECK-SAME: %[[X:.*]]: tensor<3x2xf32>, %[[Y:.*]]: tensor<4x3xf32>
sft.step predict @absorbs_transposition(%x: tensor<3x2xf32>,
                                        %y: tensor<4x3xf32>) {
  %xt = sft.transpose %x [1, 0] : tensor<3x2xf32>
  %yt = sft.transpose %y [1, 0] : tensor<4x3xf32>
  // CHECK-NOT: sft.transpose
  // CHECK: sft.matmul %[[X]], %[[Y]] {transpose_x, transpose_y}
  %z = sft.matmul %xt, %yt : tensor<2x3xf32>, tensor<3x4xf32>
  sft.output prediction "z", %z : tensor<2x4xf32>
}

// CHECK-LABEL: sft.step predict @undoes_flag
// CHECK-SAME: %[[X:.*]]: tensor<5x2x3xf32>, %[[Y:.*]]: tensor<3x4xf32>
sft.step predict @undoes_flag(%x: tensor<5x2x3xf32>, %y: tensor<3x4xf32>) {
  %xt = sft.transpose %x [0, 2, 1] : tensor<5x2x3xf32>
  // CHECK: sft.matmul %[[X]], %[[Y]] : tensor<5x2x3xf32>, tensor<3x4xf32>
  %z = sft.matmul %xt, %y {transpose_x} : tensor<5x3x2xf32>, tensor<3x4xf32>
  sft.output prediction "z", %z : tensor<5x2x4xf32>
}

// CHECK-LABEL: sft.step predict @leaves_other_permutations
sft.step predict @leaves_other_permutations(%x: tensor<2x5x3xf32>,
                                            %y: tensor<3x4xf32>) {
  // CHECK: %[[XT:.*]] = sft.transpose
  %xt = sft.transpose %x [1, 0, 2] : tensor<2x5x3xf32>
  // CHECK: sft.matmul %[[XT]]
  %z = sft.matmul %xt, %y : tensor<5x2x3xf32>, tensor<3x4xf32>
  sft.output prediction "z", %z : tensor<5x2x4xf32>
}
