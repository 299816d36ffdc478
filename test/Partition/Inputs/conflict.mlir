// Two parameters that are added, cut along different dimensions.
sft.model @conflict(%x: tensor<8x16xf32>, %t: tensor<8x4xf32>) optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.zeros) shard <[tensor, -]> : tensor<16x4xf32>
  %v = sft.parameter "v" init(#sft.zeros) shard <[-, tensor]> : tensor<16x4xf32>
  %s = sft.add %w, %v : tensor<16x4xf32>, tensor<16x4xf32>
  %y = sft.linear %x, %s : tensor<8x16xf32>, tensor<16x4xf32>
  %loss = sft.mse_loss %y, %t : tensor<8x4xf32>, tensor<8x4xf32>
  sft.yield loss %loss : tensor<f32>
}
