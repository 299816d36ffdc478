// Eight columns as two of four each, and back.
sft.model @pairs(%x: tensor<8x16xf32>, %t: tensor<8x4xf32>)
    optimizer = #sft.sgd<lr = 0.1, momentum = 0.9> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) shard <[-, tensor]> : tensor<16x8xf32>
  %b = sft.parameter "b" init(#sft.normal) : tensor<2x4xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) shard <[tensor, -]> : tensor<8x4xf32>
  %h = sft.linear %x, %w1 : tensor<8x16xf32>, tensor<16x8xf32>
  %pairs = sft.reshape %h : tensor<8x8xf32> to tensor<8x2x4xf32>
  %moved = sft.add %pairs, %b : tensor<8x2x4xf32>, tensor<2x4xf32>
  %a = sft.tanh %moved : tensor<8x2x4xf32>
  %flat = sft.reshape %a : tensor<8x2x4xf32> to tensor<8x8xf32>
  %y = sft.linear %flat, %w2 : tensor<8x8xf32>, tensor<8x4xf32>
  %loss = sft.mse_loss %y, %t : tensor<8x4xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"y" = %y : tensor<8x4xf32>}
}
