// Rows and weights that are cut over the same axes in another order.
sft.model @orders(%x: tensor<16x8xf32>, %t: tensor<16x8xf32>)
    optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.4>) shard <[data, tensor]> : tensor<8x8xf32>
  %v = sft.parameter "v" init(#sft.normal<stddev = 0.4>) shard <[tensor, data]> : tensor<8x8xf32>
  %a = sft.shard %x to <[{data, tensor}, -]> : tensor<16x8xf32>
  %b = sft.tanh %a : tensor<16x8xf32>
  %c = sft.shard %b to <[{tensor, data}, -]> : tensor<16x8xf32>
  %u = sft.add %w, %v : tensor<8x8xf32>
  %y = sft.linear %c, %u : tensor<16x8xf32>, tensor<8x8xf32>
  %loss = sft.mse_loss %y, %t : tensor<16x8xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"y" = %y : tensor<16x8xf32>}
}
