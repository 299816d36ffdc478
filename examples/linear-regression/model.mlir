// A line through four points by gradient descent on all of them at once.
sft.model @line(%x: tensor<4x1xf32>, %y: tensor<4x1xf32>)
    optimizer = #sft.sgd<lr = 0.01> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<1x1xf32>
  %b = sft.parameter "b" init(#sft.zeros) : tensor<1xf32>
  %prediction = sft.linear %x, %w, %b
      : tensor<4x1xf32>, tensor<1x1xf32>, tensor<1xf32>
  %loss = sft.mse_loss %prediction, %y : tensor<4x1xf32>
  sft.yield loss %loss : tensor<f32>,
      outputs {"prediction" = %prediction : tensor<4x1xf32>}
}
