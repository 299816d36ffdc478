// Handwritten digits: 8x8 grey pixels to one of ten digits.
sft.model @digits(%x: tensor<64x64xf32>, %label: tensor<64xi32>)
    optimizer = #sft.adam<lr = 1.0e-3> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<64x128xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<128xf32>
  %w2 = sft.parameter "w2" init(#sft.glorot_normal) : tensor<128x10xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<10xf32>
  %h = sft.linear %x, %w1, %b1
      : tensor<64x64xf32>, tensor<64x128xf32>, tensor<128xf32>
  %a = sft.relu %h : tensor<64x128xf32>
  %logits = sft.linear %a, %w2, %b2
      : tensor<64x128xf32>, tensor<128x10xf32>, tensor<10xf32>
  %loss = sft.softmax_cross_entropy %logits, %label
      : tensor<64x10xf32>, tensor<64xi32>
  %accuracy = sft.accuracy %logits, %label : tensor<64x10xf32>, tensor<64xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>,
      "logits" = %logits : tensor<64x10xf32>}
}
