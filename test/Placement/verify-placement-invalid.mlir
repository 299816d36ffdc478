// RUN: sft-opt %s --sft-verify-placement --split-input-file --verify-diagnostics

// 1. There is a program and no step or variable.

// expected-error @+1 {{has no plan.program}}
module {
}

// -----

// expected-error @+1 {{is left after memory planning}}
sft.step predict @predict(%x: tensor<4xf32>) {
  sft.output prediction "x", %x : tensor<4xf32>
}

// -----

// 2. Buffers lie within the arena, parts within their bucket.

plan.program @outside arena 64 {
  // expected-error @+1 {{ends at byte 80 of an arena of 64}}
  %0 = plan.buffer "w" parameter at 64 bytes 16 : memref<4xf32>
}

// -----

plan.program @part arena 256 {
  %0 = plan.buffer "bucket" temporary at 64 bytes 64 : memref<16xf32>
  // expected-error @+1 {{is not within its parent}}
  %1 = plan.buffer "part" temporary at 0 bytes 16 in %0 : memref<16xf32> : memref<4xf32>
}

// -----

// 3. What lives for the whole run shares bytes with nothing.

plan.program @persistent arena 256 {
  // expected-note @+1 {{the other buffer}}
  %0 = plan.buffer "w" parameter at 0 bytes 128 : memref<32xf32>
  // expected-error @+1 {{shares bytes with "w", and one of them lives for the whole run}}
  %1 = plan.buffer "t" temporary at 64 bytes 16 : memref<4xf32>
}

// -----

// 4. What is read was written last by the buffer that is named.

plan.program @unwritten arena 256 {
  %0 = plan.buffer "t" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-error @+1 {{reads "t", which nothing has written}}
    plan.output prediction "t", %0 : memref<4xf32>
  }
}

// -----

plan.program @overwritten arena 256 {
  %0 = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  %1 = plan.buffer "b" temporary at 0 bytes 128 : memref<32xf32>
  plan.function @predict {
    plan.fill %0, 0 : memref<4xf32>
    plan.fill %1, 0 : memref<32xf32>
    // expected-error @+1 {{reads "a", which "b" has overwritten}}
    plan.output prediction "a", %0 : memref<4xf32>
  }
}
