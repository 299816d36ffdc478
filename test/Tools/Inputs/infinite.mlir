// An output of which a column is infinite.
sft.model @infinite(%x: tensor<8x3xf32>, %y: tensor<8x3xf32>) {
  %finite = sft.sub %x, %y : tensor<8x3xf32>, tensor<8x3xf32>
  %zero = sft.constant dense<0.0> : tensor<8x1xf32>
  %infinite = sft.log %zero : tensor<8x1xf32>
  %q = sft.concat %finite, %infinite axis 1 : tensor<8x3xf32>, tensor<8x1xf32>
  sft.yield outputs {"q" = %q : tensor<8x4xf32>}
}
