// RUN: sft-opt %s --sft-verify-placement | FileCheck %s

// Temporaries may take turns in the same bytes, and a bucket lives by the
// writes to its parts.
// CHECK: plan.program @turns
plan.program @turns arena 256 {
  %0 = plan.buffer "a" temporary at 0 bytes 16 : memref<4xf32>
  %1 = plan.buffer "bucket" temporary at 0 bytes 128 : memref<32xf32>
  %2 = plan.buffer "part" temporary at 64 bytes 64 in %1 : memref<32xf32> : memref<16xf32>
  %3 = plan.buffer "w" parameter at 128 bytes 16 : memref<4xf32>
  plan.function @predict {
    plan.fill %0, 0 : memref<4xf32>
    plan.output prediction "a", %0 : memref<4xf32>
    plan.fill %2, 0 : memref<16xf32>
    plan.output prediction "all", %1 : memref<32xf32>
    plan.output prediction "w", %3 : memref<4xf32>
  }
}
