// A model without loss only predicts; it may do without parameters.
// RUN: sftc %s --mesh=data=2 --quiet -o %t.plan
// RUN: sft-plan show %t.plan | FileCheck %s
// RUN: %python %S/Inputs/predict.py %t.plan %t.npz %t.out.npz | FileCheck %s --check-prefix=VALUES
// RUN: sft-check %s --mesh=data=2 | FileCheck %s --check-prefix=SAME

// CHECK-NOT: Train
// CHECK: Predict
// VALUES: double [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
// SAME: predict output double 0.0e+00
// REQUIRES: numpy
sft.model @double(%x: tensor<4xf32>) {
  %y = sft.add %x, %x : tensor<4xf32>
  sft.yield outputs {"double" = %y : tensor<4xf32>}
}
