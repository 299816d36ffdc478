// A model of one matrix product needs no kernel of ours.
// RUN: sftc %s --mesh=data=2 --quiet -o %t.plan
// RUN: sft-plan show %t.plan | FileCheck %s
// RUN: %python %S/Inputs/predict.py %t.plan %t.npz %t.out.npz | FileCheck %s --check-prefix=VALUES
// RUN: sft-check %s --mesh=data=2 | FileCheck %s --check-prefix=SAME

// CHECK-NOT: launch
// CHECK: contract
// CHECK-NOT: launch
// VALUES: same [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
// SAME: predict output same 0.0e+00
// REQUIRES: numpy
sft.model @product(%x: tensor<4xf32>) {
  %w = sft.parameter "w" init(#sft.ones) : tensor<1x1xf32>
  %rows = sft.reshape %x : tensor<4xf32> to tensor<4x1xf32>
  %y = sft.matmul %rows, %w : tensor<4x1xf32>, tensor<1x1xf32>
  %same = sft.reshape %y : tensor<4x1xf32> to tensor<4xf32>
  sft.yield outputs {"same" = %same : tensor<4xf32>}
}
