// One hidden layer: 32 numbers to one of ten classes.
sft.model @classifier(%x: tensor<48x32xf32>, %label: tensor<48xi32>)
    optimizer = #sft.adam<lr = 3.0e-3> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<32x64xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<64xf32>
  %w2 = sft.parameter "w2" init(#sft.glorot_normal) : tensor<64x10xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<10xf32>
  %h = sft.linear %x, %w1, %b1
      : tensor<48x32xf32>, tensor<32x64xf32>, tensor<64xf32>
  %a = sft.relu %h : tensor<48x64xf32>
  %logits = sft.linear %a, %w2, %b2
      : tensor<48x64xf32>, tensor<64x10xf32>, tensor<10xf32>
  %loss = sft.softmax_cross_entropy %logits, %label
      : tensor<48x10xf32>, tensor<48xi32>
  %accuracy = sft.accuracy %logits, %label : tensor<48x10xf32>, tensor<48xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>,
      "logits" = %logits : tensor<48x10xf32>}
}
