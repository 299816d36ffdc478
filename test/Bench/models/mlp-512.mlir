// Classifier, 784 -> 512 -> 512 -> 10: bound by matrix products.
sft.model @mlp(%x: tensor<256x784xf32>, %y: tensor<256xi32>)
    optimizer = #sft.adam<lr = 1.0e-3> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<784x512xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<512xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) : tensor<512x512xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<512xf32>
  %w3 = sft.parameter "w3" init(#sft.he_normal) : tensor<512x10xf32>
  %b3 = sft.parameter "b3" init(#sft.zeros) : tensor<10xf32>
  %h1 = sft.linear %x, %w1, %b1
      : tensor<256x784xf32>, tensor<784x512xf32>, tensor<512xf32>
  %a1 = sft.relu %h1 : tensor<256x512xf32>
  %h2 = sft.linear %a1, %w2, %b2
      : tensor<256x512xf32>, tensor<512x512xf32>, tensor<512xf32>
  %a2 = sft.relu %h2 : tensor<256x512xf32>
  %z = sft.linear %a2, %w3, %b3
      : tensor<256x512xf32>, tensor<512x10xf32>, tensor<10xf32>
  %loss = sft.softmax_cross_entropy %z, %y
      : tensor<256x10xf32>, tensor<256xi32>
  sft.yield loss %loss : tensor<f32>
}
