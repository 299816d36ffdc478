// The sparse feature transformation z = W x: rows of 10000 features, about 50
// of them not zero, to 100 numbers.
sft.model @sft_sparse(%x: !sft.csr<32x10000xf32, capacity = 2400>,
                      %y: tensor<32x100xf32>)
    optimizer = #sft.adam<lr = 1.0e-2> {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.01>)
      : tensor<10000x100xf32>
  %z = sft.transform %x, %w
      : !sft.csr<32x10000xf32, capacity = 2400>, tensor<10000x100xf32>
  %loss = sft.mse_loss %z, %y : tensor<32x100xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"z" = %z : tensor<32x100xf32>}
}
