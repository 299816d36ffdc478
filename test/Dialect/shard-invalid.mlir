// RUN: sft-opt %s --split-input-file --verify-diagnostics

// C1
sft.model @entries(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{names axes for 1 dimensions of a value that has 2; write `-` for a dimension that is not cut}}
  %y = sft.shard %x to <[data]> : tensor<8x4xf32>
  sft.yield outputs {"p" = %y : tensor<8x4xf32>}
}

// -----

sft.model @syntax(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{expected '['}}
  %y = sft.shard %x to <data> : tensor<8x4xf32>
  sft.yield outputs {"p" = %y : tensor<8x4xf32>}
}

// -----

sft.model @attribute(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{expected '<'}}
  %w = sft.parameter "w" init(#sft.ones) shard [-, -] : tensor<8x4xf32>
  sft.yield outputs {"p" = %x : tensor<8x4xf32>}
}
