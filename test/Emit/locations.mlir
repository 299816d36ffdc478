// Every instruction names a line of the model, those too that initialisers,
// optimizer, schedule and clipping brought.
// RUN: sftc %s --mesh=data=2 --quiet -o %t.plan
// RUN: sft-plan show %t.plan | grep -E "^ +[0-9]+  (launch|contract|all_reduce|output) " > %t.txt
// RUN: FileCheck %s --input-file=%t.txt
// RUN: not grep -vE "; .*locations.mlir:[0-9]+:[0-9]+" %t.txt

// CHECK: launch sft.random_uniform{{.*}}locations.mlir:[[@LINE+8]]:8
// CHECK: contract
// CHECK: all_reduce
// CHECK: launch {{.*}}rw:w.m{{.*}}locations.mlir:[[@LINE+5]]:8
sft.model @m(%x: tensor<8x4xf32>, %y: tensor<8x1xf32>)
    optimizer = #sft.adamw<lr = 0.1>
    schedule = #sft.warmup<steps = 2, then = #sft.cosine<steps = 4>>
    clip_norm = 1.0 {
  %w = sft.parameter "w" init(#sft.truncated_normal) : tensor<4x1xf32>
  %p = sft.matmul %x, %w : tensor<8x4xf32>, tensor<4x1xf32>
  %loss = sft.mse_loss %p, %y : tensor<8x1xf32>
  sft.yield loss %loss : tensor<f32>
}
