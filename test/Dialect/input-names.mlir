// An input is named as its argument, before and after printing.
// RUN: sft-opt %s | FileCheck %s
// RUN: sft-opt %s --sft-training | FileCheck %s --check-prefix=STEP
// RUN: sft-opt %s | sft-opt --sft-training | FileCheck %s --check-prefix=STEP

// CHECK: sft.model @names(%age: tensor<4xf32>, %x.y-z_1: tensor<4xf32>)
// STEP: sft.step predict @predict(%age: tensor<4xf32>, %x.y-z_1: tensor<4xf32>)
sft.model @names(%age: tensor<4xf32>, %x.y-z_1: tensor<4xf32>) {
  %w = sft.parameter "w" init(#sft.ones) : tensor<f32>
  %s = sft.mul %age, %w : tensor<4xf32>, tensor<f32>
  %p = sft.add %s, %x.y-z_1 : tensor<4xf32>
  sft.yield outputs {"p" = %p : tensor<4xf32>}
}
