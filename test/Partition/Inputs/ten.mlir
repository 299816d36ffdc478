// Ten heads on four ranks: said of the heads, so that whole ones are cut.
sft.model @ten(%x: tensor<3x4x20xf32>, %y: tensor<3x4x20xf32>)
    optimizer = #sft.adam<lr = 0.01> {
  %wq = sft.parameter "wq" init(#sft.normal<stddev = 0.3>) : tensor<20x30xf32>
  %wk = sft.parameter "wk" init(#sft.normal<stddev = 0.3>) : tensor<20x30xf32>
  %wv = sft.parameter "wv" init(#sft.normal<stddev = 0.3>) : tensor<20x30xf32>
  %wo = sft.parameter "wo" init(#sft.normal<stddev = 0.3>) : tensor<30x20xf32>
  %q0 = sft.matmul %x, %wq : tensor<3x4x20xf32>, tensor<20x30xf32>
  %k0 = sft.matmul %x, %wk : tensor<3x4x20xf32>, tensor<20x30xf32>
  %v0 = sft.matmul %x, %wv : tensor<3x4x20xf32>, tensor<20x30xf32>
  %q1 = sft.reshape %q0 : tensor<3x4x30xf32> to tensor<3x4x10x3xf32>
  %k = sft.reshape %k0 : tensor<3x4x30xf32> to tensor<3x4x10x3xf32>
  %v = sft.reshape %v0 : tensor<3x4x30xf32> to tensor<3x4x10x3xf32>
  %q = sft.shard %q1 to <[-, -, tensor, -]> : tensor<3x4x10x3xf32>
  %a = sft.attention %q, %k, %v causal : tensor<3x4x10x3xf32>
  %b = sft.reshape %a : tensor<3x4x10x3xf32> to tensor<3x4x30xf32>
  %o = sft.matmul %b, %wo : tensor<3x4x30xf32>, tensor<30x20xf32>
  %loss = sft.mse_loss %o, %y : tensor<3x4x20xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"o" = %o : tensor<3x4x20xf32>}
}
