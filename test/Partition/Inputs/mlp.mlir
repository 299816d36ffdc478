// A perceptron whose hidden units are cut over "tensor".
sft.model @mlp(%x: tensor<8x16xf32>, %label: tensor<8xi32>)
    optimizer = #sft.adam<lr = 0.01> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) shard <[-, tensor]> : tensor<16x32xf32>
  %b1 = sft.parameter "b1" init(#sft.normal) : tensor<32xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) shard <[tensor, -]> : tensor<32x12xf32>
  %b2 = sft.parameter "b2" init(#sft.zeros) : tensor<12xf32>
  %h = sft.linear %x, %w1, %b1 : tensor<8x16xf32>, tensor<16x32xf32>, tensor<32xf32>
  %a = sft.relu %h : tensor<8x32xf32>
  %l = sft.linear %a, %w2, %b2 : tensor<8x32xf32>, tensor<32x12xf32>, tensor<12xf32>
  %loss = sft.softmax_cross_entropy %l, %label : tensor<8x12xf32>, tensor<8xi32>
  sft.yield loss %loss : tensor<f32>, outputs {"logits" = %l : tensor<8x12xf32>}
}
