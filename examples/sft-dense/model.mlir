// The sparse feature transformation z = W x of examples/sft-sparse, with its
// rows stored as dense vectors.
sft.model @sft_dense(%x: tensor<32x10000xf32>, %y: tensor<32x100xf32>)
    optimizer = #sft.adam<lr = 1.0e-2> {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.01>)
      : tensor<10000x100xf32>
  %z = sft.linear %x, %w : tensor<32x10000xf32>, tensor<10000x100xf32>
  %loss = sft.mse_loss %z, %y : tensor<32x100xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"z" = %z : tensor<32x100xf32>}
}
