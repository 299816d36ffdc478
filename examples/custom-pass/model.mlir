// Wide layers and a small batch: the weight gradients have many more elements
// than the rows they are made of.
sft.model @wide(%x: tensor<16x256xf32>, %y: tensor<16x8xf32>)
    optimizer = #sft.adam<lr = 1.0e-3> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<256x128xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<128xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) : tensor<128x8xf32>
  %h = sft.linear %x, %w1, %b1
      : tensor<16x256xf32>, tensor<256x128xf32>, tensor<128xf32>
  %a = sft.relu %h : tensor<16x128xf32>
  %p = sft.linear %a, %w2 : tensor<16x128xf32>, tensor<128x8xf32>
  %loss = sft.mse_loss %p, %y : tensor<16x8xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"p" = %p : tensor<16x8xf32>}
}
