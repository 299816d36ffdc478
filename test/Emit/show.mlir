// What the emitter writes down, as sft-plan reads it back.
// RUN: sftc %s --mesh=data=2 --quiet -o %t.plan
// RUN: sft-plan show %t.plan | FileCheck %s
// RUN: sft-plan stats %t.plan | FileCheck %s --check-prefix=STATS
// RUN: sft-plan stats %t.plan --json | %python -c "import json, sys; p = json.load(sys.stdin)['programs'][0]; print('arena', p['arena_bytes'] > 0)" | FileCheck %s --check-prefix=JSON

// CHECK: model {{ *}}line
// CHECK: command_line {{ *}}sftc {{.*}}show.mlir --mesh=data=2 --quiet
// CHECK: batch {{ *}}8
// CHECK: mesh {{ *}}{"data":2}
// CHECK: blobs {{.*}}CpuSharedObject

// Each rank has half of the rows, all of the parameter, and both momenta.
// CHECK-DAG: Parameter 4x1xf32 {{ *}}w
// CHECK-DAG: State 4x1xf32 {{ *}}w.m
// CHECK-DAG: Input 4x4xf32 {{ *}}x
// CHECK-DAG: Input 4x1xf32 {{ *}}y

// An instruction names the line of the model that it comes from.
// CHECK: load_batch x ; {{.*}}show.mlir:[[@LINE+12]]:1
// CHECK: contract {{.*}}[4x1] = x[4x4] * w[4x1] {{.*}}; {{.*}}show.mlir:[[@LINE+14]]:8 ("sft.matmul")
// CHECK: all_reduce

// STATS: program spmd
// STATS-NEXT: arena
// STATS: Parameter 16 B
// STATS: largest buffers
// STATS: Gradients: {{.*}} FLOP in contractions
// STATS: on "data": 1 all_reduce
// JSON: arena True

sft.model @line(%x: tensor<8x4xf32>, %y: tensor<8x1xf32>)
    optimizer = #sft.adam<lr = 0.1> {
  %w = sft.parameter "w" init(#sft.zeros) : tensor<4x1xf32>
  %p = sft.matmul %x, %w : tensor<8x4xf32>, tensor<4x1xf32>
  %loss = sft.mse_loss %p, %y : tensor<8x1xf32>
  sft.yield loss %loss : tensor<f32>
}
