// Sparse logistic regression: which mushrooms are poisonous. Each row has 22
// of 126 features; there is room for 100 rows, to which five ranks pad a batch.
// Only the rows of W that occurred in a batch move.
sft.model @mushrooms(%x: !sft.csr<96x126xf32, capacity = 2200>,
                     %label: tensor<96x1xf32>)
    optimizer = #sft.adagrad<lr = 0.1, lazy = true> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<126x1xf32>
  %b = sft.parameter "b" init(#sft.zeros) : tensor<1xf32>
  %z = sft.transform %x, %w
      : !sft.csr<96x126xf32, capacity = 2200>, tensor<126x1xf32>
  %logit = sft.add %z, %b : tensor<96x1xf32>, tensor<1xf32>
  %loss = sft.binary_cross_entropy %logit, %label : tensor<96x1xf32>
  %accuracy = sft.binary_accuracy %logit, %label : tensor<96x1xf32>
  %poisonous = sft.sigmoid %logit : tensor<96x1xf32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>,
      "poisonous" = %poisonous : tensor<96x1xf32>}
}
