// RUN: sft-opt %s --sft-verify-communication --split-input-file --verify-diagnostics

// 1. Every rank has one program.

// expected-error @+1 {{has no plan.program for the ranks at pipe=1}}
module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 64 {
}
}

// -----

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
// expected-note @+1 {{the first one}}
plan.program @front at {pipe = 0 : i64} arena 64 {
}
// expected-error @+1 {{is a second program of the ranks at pipe=0}}
plan.program @all arena 64 {
}
}

// -----

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 64 {
}
// expected-error @+1 {{and @front: only one of them has an entry predict}}
plan.program @back at {pipe = 1 : i64} arena 64 {
  plan.function @predict {
  }
  plan.entry predict @predict
}
}

// -----

// 2. No two messages look the same.

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-note @+1 {{the other one}}
    plan.collective all_reduce sum %a -> %a axes [0] root 0 why "" : memref<4xf32> -> memref<4xf32>
    // expected-error @+1 {{looks the same to other ranks as another}}
    plan.collective all_reduce sum %a -> %a axes [0] root 0 why "" : memref<4xf32> -> memref<4xf32>
  }
  plan.entry predict @predict
}
plan.program @back at {pipe = 1 : i64} arena 64 {
  plan.function @predict {
  }
  plan.entry predict @predict
}
}

// -----

// 3. Tags do not fall, though over other axes nobody would wait in vain.

module attributes {sft.mesh = #sft.mesh<"data" = 2, "tensor" = 2>} {
plan.program @all arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-note @+1 {{the other one}}
    plan.collective all_reduce sum %a -> %a axes [1] root 0 why "" tag 2 : memref<4xf32> -> memref<4xf32>
    // expected-error @+1 {{with tag 1 stands behind one with tag 2}}
    plan.collective all_reduce sum %a -> %a axes [0] root 0 why "" tag 1 : memref<4xf32> -> memref<4xf32>
  }
  plan.entry predict @predict
}
}

// -----

// 4. What the members do next agrees.

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-error @+1 {{does not match what other ranks do: the ranks at pipe=0: all_reduce sum of memref<4xf32> over "pipe", root 0, tag 0, microbatch 0}}
    plan.collective all_reduce sum %a -> %a axes [0] root 0 why "" : memref<4xf32> -> memref<4xf32>
  }
  plan.entry predict @predict
}
// expected-note @+1 {{the ranks at pipe=1: has ended}}
plan.program @back at {pipe = 1 : i64} arena 64 {
  plan.function @predict {
  }
  plan.entry predict @predict
}
}

// -----

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-error @+1 {{has no other rank as its peer}}
    plan.send %a axes [0] peer 2 tag 0 : memref<4xf32>
  }
  plan.entry predict @predict
}
plan.program @back at {pipe = 1 : i64} arena 64 {
  plan.function @predict {
  }
  plan.entry predict @predict
}
}

// -----

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 128 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  %b = plan.buffer "b" temporary at 64 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-error @+1 {{does not match what other ranks do: the ranks at pipe=0: permute sum of memref<4xf32> from [1, 0] over "pipe"}}
    plan.collective permute sum %a -> %b from [1, 0] axes [0] root 0 why "" : memref<4xf32> -> memref<4xf32>
  }
  plan.entry predict @predict
}
plan.program @back at {pipe = 1 : i64} arena 128 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  %b = plan.buffer "b" temporary at 64 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-note @+1 {{the ranks at pipe=1: permute sum of memref<4xf32> from [0, 1] over "pipe"}}
    plan.collective permute sum %a -> %b from [0, 1] axes [0] root 0 why "" : memref<4xf32> -> memref<4xf32>
  }
  plan.entry predict @predict
}
}

// -----

// 5. No ranks wait in a circle.

module attributes {sft.mesh = #sft.mesh<"pipe" = 2>} {
plan.program @front at {pipe = 0 : i64} arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-error @+2 {{never ends: ranks wait for each other in a circle}}
    // expected-note @+1 {{the ranks at pipe=0: send of memref<4xf32> over "pipe", peer 1, tag 0, microbatch 0 waits for the ranks at pipe=1}}
    plan.send %a axes [0] peer 1 tag 0 : memref<4xf32>
    plan.recv %a axes [0] peer 1 tag 1 : memref<4xf32>
  }
  plan.entry predict @predict
}
plan.program @back at {pipe = 1 : i64} arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @predict {
    // expected-note @+1 {{waits for the ranks at pipe=0}}
    plan.send %a axes [0] peer 0 tag 1 : memref<4xf32>
    plan.recv %a axes [0] peer 0 tag 0 : memref<4xf32>
  }
  plan.entry predict @predict
}
}
