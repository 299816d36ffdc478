// Attention of six heads, whose four weights are cut over "tensor".
sft.model @heads(%x: tensor<4x8x48xf32>, %t: tensor<4x8x48xf32>)
    optimizer = #sft.adam<lr = 0.01, eps = 0.01> {
  %wq = sft.parameter "wq" init(#sft.he_normal) shard <[-, tensor]> : tensor<48x48xf32>
  %wk = sft.parameter "wk" init(#sft.he_normal) shard <[-, tensor]> : tensor<48x48xf32>
  %wv = sft.parameter "wv" init(#sft.he_normal) shard <[-, tensor]> : tensor<48x48xf32>
  %wo = sft.parameter "wo" init(#sft.he_normal) shard <[tensor, -]> : tensor<48x48xf32>
  %q = sft.linear %x, %wq : tensor<4x8x48xf32>, tensor<48x48xf32>
  %k = sft.linear %x, %wk : tensor<4x8x48xf32>, tensor<48x48xf32>
  %v = sft.linear %x, %wv : tensor<4x8x48xf32>, tensor<48x48xf32>
  %qh = sft.reshape %q : tensor<4x8x48xf32> to tensor<4x8x6x8xf32>
  %kh = sft.reshape %k : tensor<4x8x48xf32> to tensor<4x8x6x8xf32>
  %vh = sft.reshape %v : tensor<4x8x48xf32> to tensor<4x8x6x8xf32>
  %mixed = sft.attention %qh, %kh, %vh causal : tensor<4x8x6x8xf32>
  %joined = sft.reshape %mixed : tensor<4x8x6x8xf32> to tensor<4x8x48xf32>
  %y = sft.linear %joined, %wo : tensor<4x8x48xf32>, tensor<48x48xf32>
  %loss = sft.mse_loss %y, %t : tensor<4x8x48xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"y" = %y : tensor<4x8x48xf32>}
}
