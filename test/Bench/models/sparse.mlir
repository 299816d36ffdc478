// Sparse features, 10000 -> 100, fifty non-zeros a row.
// Adam moves all of W, a million weights, each step.
sft.model @sparse(%x: !sft.csr<32x10000xf32, capacity = 1600>,
                  %y: tensor<32x100xf32>)
    optimizer = #sft.adam<lr = 1.0e-3> {
  %w = sft.parameter "w" init(#sft.normal<stddev = 0.1>) : tensor<10000x100xf32>
  %z = sft.transform %x, %w
      : !sft.csr<32x10000xf32, capacity = 1600>, tensor<10000x100xf32>
  %loss = sft.mse_loss %z, %y : tensor<32x100xf32>
  sft.yield loss %loss : tensor<f32>
}
