// |x| as a sum of rectifiers whose slopes are learned.
sft.model @absolute(%x: tensor<32x4xf32>, %y: tensor<32x4xf32>)
    optimizer = #sft.adam<lr = 2.0e-2> {
  %slope = sft.parameter "slope" init(#sft.constant<0.25>) : tensor<4xf32>
  %p = act.prelu %x, %slope : tensor<32x4xf32>, tensor<4xf32>
  %loss = sft.mse_loss %p, %y : tensor<32x4xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"p" = %p : tensor<32x4xf32>}
}
