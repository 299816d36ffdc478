// Parameters of which, on one mesh or another, dimension 0, 1, both, or one
// over two axes are cut, and some not at all; with Adam's state as well. For the
// pairs of columns, an axis of 4 is cut into parts.
sft.model @cuts(%x: tensor<16x8xf32>, %y: tensor<16x4xf32>)
    optimizer = #sft.adam<lr = 1.0e-2> {
  %up = sft.parameter "up" init(#sft.he_normal) shard <[-, tensor]>
      : tensor<8x32xf32>
  %bias = sft.parameter "bias" init(#sft.normal<stddev = 0.1>) : tensor<32xf32>
  %mid = sft.parameter "mid" init(#sft.he_normal) shard <[tensor, -]>
      : tensor<32x7xf32>
  %both = sft.parameter "both" init(#sft.he_normal) shard <[-, {tensor, data}]>
      : tensor<7x24xf32>
  %odd = sft.parameter "odd" init(#sft.normal<stddev = 0.1>) : tensor<24x3xf32>
  %out = sft.parameter "out" init(#sft.glorot_normal) : tensor<3x4xf32>
  %0 = sft.linear %x, %up, %bias
      : tensor<16x8xf32>, tensor<8x32xf32>, tensor<32xf32>
  %pairs = sft.reshape %0 : tensor<16x32xf32> to tensor<16x2x16xf32>
  %bent = sft.tanh %pairs : tensor<16x2x16xf32>
  %1 = sft.reshape %bent : tensor<16x2x16xf32> to tensor<16x32xf32>
  %2 = sft.matmul %1, %mid : tensor<16x32xf32>, tensor<32x7xf32>
  %3 = sft.matmul %2, %both : tensor<16x7xf32>, tensor<7x24xf32>
  %4 = sft.tanh %3 : tensor<16x24xf32>
  %5 = sft.matmul %4, %odd : tensor<16x24xf32>, tensor<24x3xf32>
  %6 = sft.matmul %5, %out : tensor<16x3xf32>, tensor<3x4xf32>
  %loss = sft.mse_loss %6, %y : tensor<16x4xf32>
  sft.yield loss %loss : tensor<f32>
}
