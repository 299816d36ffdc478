// Regression, 1024 -> 4096 -> 4096 -> 1024: 25 million weights, bound by
// matrix products and memory.
sft.model @mlp(%x: tensor<512x1024xf32>, %y: tensor<512x1024xf32>)
    optimizer = #sft.adam<lr = 1.0e-3> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<1024x4096xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<4096xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) : tensor<4096x4096xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<4096xf32>
  %w3 = sft.parameter "w3" init(#sft.he_normal) : tensor<4096x1024xf32>
  %b3 = sft.parameter "b3" init(#sft.zeros) : tensor<1024xf32>
  %h1 = sft.linear %x, %w1, %b1
      : tensor<512x1024xf32>, tensor<1024x4096xf32>, tensor<4096xf32>
  %a1 = sft.relu %h1 : tensor<512x4096xf32>
  %h2 = sft.linear %a1, %w2, %b2
      : tensor<512x4096xf32>, tensor<4096x4096xf32>, tensor<4096xf32>
  %a2 = sft.relu %h2 : tensor<512x4096xf32>
  %z = sft.linear %a2, %w3, %b3
      : tensor<512x4096xf32>, tensor<4096x1024xf32>, tensor<1024xf32>
  %loss = sft.mse_loss %z, %y : tensor<512x1024xf32>
  sft.yield loss %loss : tensor<f32>
}
