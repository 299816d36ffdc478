// RUN: sft-opt %s --sft-verify-communication | FileCheck %s

// Two stages; data-parallel ranks of one stage move in lockstep, so that "data"
// may be as large as it likes.
module attributes {sft.mesh = #sft.mesh<"data" = 500000, "pipe" = 2>} {
// CHECK: plan.program @front at {pipe = 0 : i64} arena 64
plan.program @front at {pipe = 0 : i64} arena 64 {
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  plan.function @send {
    plan.send %a axes [1] peer 1 tag 1 : memref<4xf32>
  }
  plan.function @gradients {
    plan.call @send microbatch 0
    plan.call @send microbatch 1
    plan.collective all_reduce sum %a -> %a axes [0] root 0 why "its own" : memref<4xf32> -> memref<4xf32>
    // CHECK: why "common" tag 7
    plan.collective all_reduce sum %a -> %a axes [0, 1] root 0 why "common" tag 7 : memref<4xf32> -> memref<4xf32>
  }
  plan.entry gradients @gradients
}
plan.program @back at {pipe = 1 : i64} arena 64 {
  // Another view of as many bytes.
  %a = plan.buffer "a" temporary at 0 bytes 16 : memref<2x2xf32>
  plan.function @receive {
    plan.recv %a axes [1] peer 0 tag 1 : memref<2x2xf32>
  }
  plan.function @gradients {
    plan.call @receive microbatch 0
    plan.call @receive microbatch 1
    plan.collective all_reduce sum %a -> %a axes [0, 1] root 0 why "common" tag 7 : memref<2x2xf32> -> memref<2x2xf32>
  }
  plan.entry gradients @gradients
}
}
