// Neither the rows of the batch nor those of W divide.
sft.model @sparse(%x: !sft.csr<30x101xf32, capacity = 600>, %y: tensor<30x5xf32>)
    optimizer = #sft.adam<lr = 0.01> {
  %w = sft.parameter "w" init(#sft.normal) shard <[tensor, -]> : tensor<101x5xf32>
  %z = sft.transform %x, %w : !sft.csr<30x101xf32, capacity = 600>, tensor<101x5xf32>
  %loss = sft.mse_loss %z, %y : tensor<30x5xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"z" = %z : tensor<30x5xf32>}
}
