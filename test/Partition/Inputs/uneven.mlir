// Nothing divides: 30 rows, 13 columns between the layers, five classes.
sft.model @uneven(%x: tensor<30x7xf32>, %label: tensor<30xi32>)
    optimizer = #sft.adam<lr = 0.01>
    clip_norm = 1.0 {
  %w1 = sft.parameter "w1" init(#sft.he_normal) shard <[-, tensor]> : tensor<7x13xf32>
  %b1 = sft.parameter "b1" init(#sft.zeros) : tensor<13xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) shard <[-, tensor]> : tensor<13x5xf32>
  %h = sft.linear %x, %w1, %b1 : tensor<30x7xf32>, tensor<7x13xf32>, tensor<13xf32>
  %a = sft.gelu %h : tensor<30x13xf32>
  %d = sft.dropout %a rate 0.1 : tensor<30x13xf32>
  %z = sft.matmul %d, %w2 : tensor<30x13xf32>, tensor<13x5xf32>
  %loss = sft.softmax_cross_entropy %z, %label : tensor<30x5xf32>, tensor<30xi32>
  sft.yield loss %loss : tensor<f32>, outputs {"z" = %z : tensor<30x5xf32>}
}
