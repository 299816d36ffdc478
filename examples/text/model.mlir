// Which file a fortune came from, by its words: a hashed bag of words, an
// embedding of each that is summed (z = W x), and one hidden layer.
sft.model @text(%x: !sft.csr<48x16384xf32, capacity = 6144>,
                %label: tensor<48xi32>)
    optimizer = #sft.adam<lr = 3.0e-3, lazy = true> {
  %w1 = sft.parameter "w1" init(#sft.normal<stddev = 0.1>)
      : tensor<16384x32xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<32xf32>
  %w2 = sft.parameter "w2" init(#sft.glorot_normal) : tensor<32x6xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<6xf32>
  %z = sft.transform %x, %w1
      : !sft.csr<48x16384xf32, capacity = 6144>, tensor<16384x32xf32>
  %h = sft.add %z, %b1 : tensor<48x32xf32>, tensor<32xf32>
  %a = sft.relu %h : tensor<48x32xf32>
  %logits = sft.linear %a, %w2, %b2
      : tensor<48x32xf32>, tensor<32x6xf32>, tensor<6xf32>
  %loss = sft.softmax_cross_entropy %logits, %label
      : tensor<48x6xf32>, tensor<48xi32>
  %accuracy = sft.accuracy %logits, %label : tensor<48x6xf32>, tensor<48xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>,
      "logits" = %logits : tensor<48x6xf32>}
}
