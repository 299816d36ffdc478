// RUN: sft-opt %s --split-input-file --verify-diagnostics

// sft.attention 1: element types agree.
sft.step predict @types(%q: tensor<2x8x4x16xf32>, %k: tensor<2x8x4x16xf64>) {
  // expected-error@+1 {{sft.attention: element types of 'tensor<2x8x4x16xf32>' and 'tensor<2x8x4x16xf64>' differ; use sft.cast}}
  %y = sft.attention %q, %k, %k : tensor<2x8x4x16xf32>, tensor<2x8x4x16xf64>
}

// -----

// sft.attention 2: q and k have four dimensions.
sft.step predict @rank(%q: tensor<2x8x64xf32>) {
  // expected-error@+1 {{sft.attention: 'tensor<2x8x64xf32>' is not [batch, sequence, heads, width]; use sft.reshape to split columns into heads}}
  %y = sft.attention %q, %q, %q : tensor<2x8x64xf32>
}

// -----

// sft.attention 3: all but the sequence agree.
sft.step predict @heads(%q: tensor<2x8x4x16xf32>, %k: tensor<2x8x2x16xf32>) {
  // expected-error@+1 {{sft.attention: dimension 2 of q 'tensor<2x8x4x16xf32>' and k 'tensor<2x8x2x16xf32>' differs; only the sequence may}}
  %y = sft.attention %q, %k, %k : tensor<2x8x4x16xf32>, tensor<2x8x2x16xf32>
}

// -----

// sft.attention 4: causal sequences are equally long.
sft.step predict @causal(%q: tensor<2x8x4x16xf32>, %k: tensor<2x9x4x16xf32>) {
  // expected-error@+1 {{sft.attention: q 'tensor<2x8x4x16xf32>' and k 'tensor<2x9x4x16xf32>' have sequences of two lengths, so that causal has no meaning}}
  %y = sft.attention %q, %k, %k causal
      : tensor<2x8x4x16xf32>, tensor<2x9x4x16xf32>
}

// -----

// sft.attention 1: no bf16.
sft.step predict @bf16(%q: tensor<2x8x4x16xbf16>) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor of 32-bit float or 64-bit float values}}
  %y = sft.attention %q, %q, %q : tensor<2x8x4x16xbf16>
}
