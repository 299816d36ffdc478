// Quotients of rows and of columns by their own norms, which padded ones lack.
sft.model @ratios(%x: tensor<6x5xf32>, %t: tensor<6x7xf32>) optimizer = #sft.adam<lr = 0.01> {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.3>) shard <[-, tensor]> : tensor<5x7xf32>
  %squares = sft.square %w : tensor<5x7xf32>
  %ofColumn = sft.reduce sum %squares axes [0] keep : tensor<5x7xf32>
  %perColumn = sft.rsqrt %ofColumn : tensor<1x7xf32>
  %v = sft.mul %w, %perColumn : tensor<5x7xf32>, tensor<1x7xf32>
  %h = sft.matmul %x, %v : tensor<6x5xf32>, tensor<5x7xf32>
  %energy = sft.square %h : tensor<6x7xf32>
  %ofRow = sft.reduce sum %energy axes [1] keep : tensor<6x7xf32>
  %norm = sft.sqrt %ofRow : tensor<6x1xf32>
  %y = sft.div %h, %norm : tensor<6x7xf32>, tensor<6x1xf32>
  %log = sft.log %energy : tensor<6x7xf32>
  %entropy = sft.mul %energy, %log : tensor<6x7xf32>
  %z = sft.add %y, %entropy : tensor<6x7xf32>
  %loss = sft.mse_loss %z, %t : tensor<6x7xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"y" = %y : tensor<6x7xf32>}
}
