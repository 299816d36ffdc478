// A batch of 64 as two of 32, each less its own mean.
sft.model @batches(%x: tensor<64x64xf32>, %t: tensor<64x64xf32>)
    optimizer = #sft.adam<lr = 0.01, eps = 0.01> {
  %w1 = sft.parameter "w1" init(#sft.he_normal) : tensor<64x64xf32>
  %w2 = sft.parameter "w2" init(#sft.he_normal) : tensor<64x64xf32>
  %h = sft.linear %x, %w1 : tensor<64x64xf32>, tensor<64x64xf32>
  %halves = sft.reshape %h : tensor<64x64xf32> to tensor<2x32x64xf32>
  %mean = sft.mean %halves axes [1] keep : tensor<2x32x64xf32>
  %c = sft.sub %halves, %mean : tensor<2x32x64xf32>, tensor<2x1x64xf32>
  %a = sft.tanh %c : tensor<2x32x64xf32>
  %flat = sft.reshape %a : tensor<2x32x64xf32> to tensor<64x64xf32>
  %y = sft.linear %flat, %w2 : tensor<64x64xf32>, tensor<64x64xf32>
  %loss = sft.mse_loss %y, %t : tensor<64x64xf32>
  sft.yield loss %loss : tensor<f32>, outputs {"y" = %y : tensor<64x64xf32>}
}
