// A classifier small enough for every tool.
sft.model @mlp(%x: tensor<8x6xf32>, %label: tensor<8xi32>)
    optimizer = #sft.adam<lr = 0.01> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<6x5xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<5xf32>
  %w2 = sft.parameter "w2" init(#sft.glorot_uniform) : tensor<5x3xf32>
  %h = sft.linear %x, %w1, %b1 : tensor<8x6xf32>, tensor<6x5xf32>, tensor<5xf32>
  %a = sft.relu %h : tensor<8x5xf32>
  %logits = sft.linear %a, %w2 : tensor<8x5xf32>, tensor<5x3xf32>
  %loss = sft.softmax_cross_entropy %logits, %label : tensor<8x3xf32>, tensor<8xi32>
  sft.yield loss %loss : tensor<f32>, outputs {"logits" = %logits : tensor<8x3xf32>}
}
