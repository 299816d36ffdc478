// RUN: sft-opt %s --split-input-file --verify-diagnostics

// C1: along the first dimension that is not 1.
sft.step predict @columns(%x: tensor<8x4xf32>) {
  // expected-error @+1 {{tensor<8x4xf32>' is not parts of 'tensor<8x2xf32>' one after the other}}
  %0 = sft.view %x part 0 : tensor<8x4xf32> to tensor<8x2xf32>
}

// -----

// C1: the size divides.
sft.step predict @uneven(%x: tensor<8xf32>) {
  // expected-error @+1 {{is not parts of}}
  %0 = sft.view %x part 0 : tensor<8xf32> to tensor<3xf32>
}

// -----

// C1: a block has its share of the capacity.
sft.step predict @block(%c: !sft.csr<8x9xf32, capacity = 80, blocks = 4>) {
  // expected-error @+1 {{is not parts of}}
  %0 = sft.view %c part 0 : !sft.csr<8x9xf32, capacity = 80, blocks = 4>
      to !sft.csr<2x9xf32, capacity = 40>
}

// -----

// C2
sft.step predict @past(%x: tensor<8xf32>) {
  // expected-error @+1 {{there is no part 2 of 2}}
  %0 = sft.view %x part 2 : tensor<8xf32> to tensor<4xf32>
}
