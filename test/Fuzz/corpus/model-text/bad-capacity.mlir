// The gradient of a row-sparse product, gathered over ranks.
// RUN: sft-check %s --mesh=data=2 | FileCheck %s

// CHECK-DAG: train output loss
// CHECK-DAG: train variable w
sft.model @sparse(%x: !sft.csr<8x20xf32, capacity = -1>, %y: tensor<8x3xf32>)
    optimizer = #sft.adagrad<lr = 0.1, lazy = true> {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.1>) : tensor<20x3xf32>
  %z = sft.transform %x, %w : !sft.csr<8x20xf32, capacity = -1>, tensor<20x3xf32>
  %loss = sft.mse_loss %z, %y : tensor<8x3xf32>
  sft.yield loss %loss : tensor<f32>
}
