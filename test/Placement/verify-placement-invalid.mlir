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

// -----

// 5. Events order what streams do to the same bytes.

plan.program @not_awaited arena 256 {
  %0 = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    plan.fill %0, 0 : memref<4xf32>
    plan.record 0
    plan.wait 0 stream 1
    // expected-note @+1 {{the other one}}
    plan.collective all_reduce sum %0 -> %0 axes [0] root 0 why "" stream 1 : memref<4xf32> -> memref<4xf32>
    plan.record 1 stream 1
    // expected-error @+1 {{touches bytes of "a" on stream 0 while stream 1 may: no event orders the two}}
    plan.output prediction "a", %0 : memref<4xf32>
    plan.wait 1
  }
}

// -----

plan.program @too_early arena 256 {
  %0 = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    plan.record 0
    // expected-note @+1 {{the other one}}
    plan.fill %0, 0 : memref<4xf32>
    plan.wait 0 stream 1
    // expected-error @+1 {{touches bytes of "a" on stream 1 while stream 0 may: no event orders the two}}
    plan.collective all_reduce sum %0 -> %0 axes [0] root 0 why "" stream 1 : memref<4xf32> -> memref<4xf32>
  }
}

// -----

plan.program @not_recorded arena 256 {
  plan.function @predict {
    // expected-error @+1 {{waits for event 3, which nothing has recorded}}
    plan.wait 3
  }
}

// -----

plan.program @two_streams arena 256 {
  %0 = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  %1 = plan.buffer "b" temporary at 64 bytes 16 : memref<4xf32>
  plan.function @predict {
    plan.fill %0, 0 : memref<4xf32>
    plan.fill %1, 0 : memref<4xf32>
    // expected-note @+1 {{the other one}}
    plan.collective all_reduce sum %0 -> %0 axes [0] root 0 why "" : memref<4xf32> -> memref<4xf32>
    plan.record 0
    plan.wait 0 stream 1
    // expected-error @+1 {{communicates on stream 1, another instruction on stream 0: their order would be left to chance}}
    plan.collective all_reduce sum %1 -> %1 axes [0] root 0 why "" tag 1 stream 1 : memref<4xf32> -> memref<4xf32>
  }
}
