// Median price of a house from 13 figures about its neighbourhood.
sft.model @housing(%x: tensor<32x13xf32>, %price: tensor<32x1xf32>)
    optimizer = #sft.adam<lr = 3.0e-3> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<13x64xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<64xf32>
  %w2 = sft.parameter "w2" init(#sft.glorot_normal) : tensor<64x1xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<1xf32>
  %h = sft.linear %x, %w1, %b1
      : tensor<32x13xf32>, tensor<13x64xf32>, tensor<64xf32>
  %a = sft.relu %h : tensor<32x64xf32>
  %prediction = sft.linear %a, %w2, %b2
      : tensor<32x64xf32>, tensor<64x1xf32>, tensor<1xf32>
  %loss = sft.mse_loss %prediction, %price : tensor<32x1xf32>
  %error = sft.mae_loss %prediction, %price : tensor<32x1xf32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "mean_absolute_error" = %error : tensor<f32>,
      "prediction" = %prediction : tensor<32x1xf32>}
}
