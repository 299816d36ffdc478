// The gradient of "shift" cancels: a softmax does not see it.
sft.model @cancels(%x: tensor<8x16xf32>, %label: tensor<8xi32>)
    optimizer = #sft.adam<lr = 0.01, eps = 1.0e-30> {
  %shift = sft.parameter "shift" init(#sft.normal<stddev = 0.1>) : tensor<16x1xf32>
  %weight = sft.parameter "weight" init(#sft.normal<stddev = 0.1>) : tensor<16x3xf32>
  %same = sft.linear %x, %shift : tensor<8x16xf32>, tensor<16x1xf32>
  %own = sft.linear %x, %weight : tensor<8x16xf32>, tensor<16x3xf32>
  %logits = sft.add %own, %same : tensor<8x3xf32>, tensor<8x1xf32>
  %loss = sft.softmax_cross_entropy %logits, %label : tensor<8x3xf32>, tensor<8xi32>
  sft.yield loss %loss : tensor<f32>, outputs {"logits" = %logits : tensor<8x3xf32>}
}
