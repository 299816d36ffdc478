// Handwritten digits by a block of two wide layers, cut over mesh axis
// "tensor" as in Megatron-LM: the first by its columns, the second by its rows.
// All else follows from the two annotations.
sft.model @mlp_tensor_parallel(%x: tensor<48x64xf32>, %label: tensor<48xi32>)
    optimizer = #sft.adam<lr = 1.0e-3> {
  %up = sft.parameter "up" init(#sft.he_normal) shard <[-, tensor]>
      : tensor<64x256xf32>
  %up_bias = sft.parameter "up.bias" init(#sft.zeros) : tensor<256xf32>
  %down = sft.parameter "down" init(#sft.he_normal) shard <[tensor, -]>
      : tensor<256x64xf32>
  %down_bias = sft.parameter "down.bias" init(#sft.zeros) : tensor<64xf32>
  %head = sft.parameter "head" init(#sft.glorot_normal) : tensor<64x10xf32>
  %head_bias = sft.parameter "head.bias" init(#sft.zeros) : tensor<10xf32>
  %wide = sft.linear %x, %up, %up_bias
      : tensor<48x64xf32>, tensor<64x256xf32>, tensor<256xf32>
  %active = sft.gelu %wide : tensor<48x256xf32>
  %narrow = sft.linear %active, %down, %down_bias
      : tensor<48x256xf32>, tensor<256x64xf32>, tensor<64xf32>
  %sum = sft.add %x, %narrow : tensor<48x64xf32>, tensor<48x64xf32>
  %logits = sft.linear %sum, %head, %head_bias
      : tensor<48x64xf32>, tensor<64x10xf32>, tensor<10xf32>
  %loss = sft.softmax_cross_entropy %logits, %label
      : tensor<48x10xf32>, tensor<48xi32>
  %accuracy = sft.accuracy %logits, %label : tensor<48x10xf32>, tensor<48xi32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>,
      "logits" = %logits : tensor<48x10xf32>}
}
