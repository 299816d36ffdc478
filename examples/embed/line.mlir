// A line through points that a program makes up while it trains.
sft.model @line(%x: tensor<64x1xf32>, %y: tensor<64x1xf32>)
    optimizer = #sft.sgd<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<1x1xf32>
  %b = sft.parameter "b" init(#sft.zeros) : tensor<1xf32>
  %prediction = sft.linear %x, %w, %b
      : tensor<64x1xf32>, tensor<1x1xf32>, tensor<1xf32>
  %loss = sft.mse_loss %prediction, %y : tensor<64x1xf32>
  sft.yield loss %loss : tensor<f32>
}
