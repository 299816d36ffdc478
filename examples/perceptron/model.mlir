// Rosenblatt's perceptron: two classes, -1 and 1, told apart by a plane.
sft.model @perceptron(%x: tensor<16x2xf32>, %label: tensor<16x1xf32>)
    optimizer = #sft.sgd<lr = 0.5> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<2x1xf32>
  %b = sft.parameter "b" init(#sft.zeros) : tensor<1xf32>
  %score = sft.linear %x, %w, %b
      : tensor<16x2xf32>, tensor<2x1xf32>, tensor<1xf32>
  %loss = sft.perceptron_loss %score, %label : tensor<16x1xf32>
  %class = sft.sign %score : tensor<16x1xf32>
  %accuracy = sft.binary_accuracy %score, %label : tensor<16x1xf32>
  sft.yield loss %loss : tensor<f32>, outputs {
      "accuracy" = %accuracy : tensor<f32>, "class" = %class : tensor<16x1xf32>}
}
