// Rows over two axes: --zero cuts over "data" and leaves copies over "replica".
sft.model @hybrid(%x: tensor<8x16xf32>, %t: tensor<8x4xf32>) optimizer = #sft.adam<lr = 0.01> {
  %rows = sft.shard %x to <[{data, replica}, -]> : tensor<8x16xf32>
  %w = sft.parameter "w" init(#sft.glorot_normal) : tensor<16x32xf32>
  %v = sft.parameter "v" init(#sft.glorot_normal) : tensor<32x4xf32>
  %h = sft.linear %rows, %w : tensor<8x16xf32>, tensor<16x32xf32>
  %a = sft.relu %h : tensor<8x32xf32>
  %y = sft.linear %a, %v : tensor<8x32xf32>, tensor<32x4xf32>
  %loss = sft.mse_loss %y, %t : tensor<8x4xf32>, tensor<8x4xf32>
  sft.yield loss %loss : tensor<f32>
}
