// RUN: sft-opt %s --sft-plan-memory --sft-verify-placement --split-input-file | FileCheck %s

// Values that do not live at the same time share bytes: three temporaries of
// 4096 bytes in a row need two places.
// CHECK-LABEL: plan.program @spmd
// CHECK: plan.buffer "x" input at 0 bytes 4096
// CHECK-DAG: plan.buffer "predict.0" temporary at [[A:[0-9]+]] bytes 4096
// CHECK-DAG: plan.buffer "predict.1" temporary at [[B:[0-9]+]] bytes 4096
// CHECK-DAG: plan.buffer "predict.2" temporary at [[A]] bytes 4096
// CHECK: plan.function @predict
// CHECK-NEXT: plan.load_batch "x"
// CHECK-NEXT: plan.contract
// CHECK-NEXT: plan.contract
// CHECK-NEXT: plan.contract
// CHECK-NEXT: plan.output prediction "y"
// CHECK: plan.entry predict @predict
sft.step predict @predict(%x: tensor<32x32xf32> of tensor<32x32xf32> sharding <[[], []]>) {
  %a = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %b = sft.contract %a, %a none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %y = sft.contract %b, %b none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  sft.output prediction "y", %y : tensor<32x32xf32>
}

// -----

// A view has the bytes of its source.
// CHECK-LABEL: plan.program @spmd
// CHECK: %[[X:.*]] = plan.buffer "x" input at [[AT:[0-9]+]] bytes 4096
// CHECK: %[[FLAT:.*]] = plan.buffer {{.*}} at [[AT]] bytes 4096 in %[[X]] :
// CHECK: plan.output prediction "flat", %[[FLAT]] : memref<1024xf32>
sft.step predict @predict(%x: tensor<32x32xf32> of tensor<32x32xf32> sharding <[[], []]>) {
  %flat = sft.reshape %x : tensor<32x32xf32> to tensor<1024xf32>
  sft.output prediction "flat", %flat : tensor<1024xf32>
}

// -----

// The members of an all_reduce lie in one bucket, its one operand.
// CHECK-LABEL: plan.program @spmd
// CHECK: %[[BUCKET:.*]] = plan.buffer "{{.*}}" temporary at [[BASE:[0-9]+]] bytes 8192 :
// CHECK: plan.buffer "{{.*}}" temporary at {{[0-9]+}} bytes 4096 in %[[BUCKET]]
// CHECK: plan.buffer "{{.*}}" temporary at {{[0-9]+}} bytes 4096 in %[[BUCKET]]
// CHECK: plan.collective all_reduce sum %[[BUCKET]] -> %[[BUCKET]] axes [0]
module attributes {sft.mesh = #sft.mesh<"data" = 2>} {
sft.step predict @predict(%x: tensor<32x32xf32> of tensor<64x32xf32> sharding <[[0], []]>) {
  %a = sft.contract %x, %x none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %b = sft.contract %x, %a none : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>
  %s:2 = sft.all_reduce sum %a, %b axes [0] why "both" : tensor<32x32xf32>, tensor<32x32xf32> -> tensor<32x32xf32>, tensor<32x32xf32>
  sft.output prediction "a", %s#0 : tensor<32x32xf32>
  sft.output prediction "b", %s#1 : tensor<32x32xf32>
}
}
