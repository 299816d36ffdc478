// RUN: sft-opt %s --sft-bucket-collectives --verify-roundtrip | FileCheck %s
// RUN: sft-opt %s --sft-bucket-collectives=bytes=1 | FileCheck %s --check-prefix=SMALL

// Gradients of one type and group share a message; the integer has its own.
// CHECK-LABEL: sft.step train @join
// CHECK: sft.all_reduce sum %{{.*}}, %{{.*}} axes [0]
// CHECK: sft.all_reduce sum %{{[^,]*}} axes [0] {{.*}}i32
// A bucket that is full takes nothing more.
// SMALL-LABEL: sft.step train @join
// SMALL-NOT: sft.all_reduce sum %{{[^ ]*}}, %
sft.step train @join(%x: tensor<8xf32>, %i: tensor<8xi32>) {
  %a = sft.exp %x : tensor<8xf32>
  %b = sft.neg %x : tensor<8xf32>
  %ra = sft.all_reduce sum %a axes [0] why "a" : tensor<8xf32> -> tensor<8xf32>
  %rb = sft.all_reduce sum %b axes [0] why "b" : tensor<8xf32> -> tensor<8xf32>
  %ri = sft.all_reduce sum %i axes [0] why "i" : tensor<8xi32> -> tensor<8xi32>
  sft.output prediction "a", %ra : tensor<8xf32>
  sft.output prediction "b", %rb : tensor<8xf32>
  sft.output prediction "i", %ri : tensor<8xi32>
}

// A value that is needed at once does not wait for others.
// CHECK-LABEL: sft.step evaluate @at_once
// CHECK-NOT: sft.all_reduce sum %{{[^ ]*}}, %
sft.step evaluate @at_once(%x: tensor<8xf32>) {
  %ra = sft.all_reduce sum %x axes [0] why "a" : tensor<8xf32> -> tensor<8xf32>
  %b = sft.neg %ra : tensor<8xf32>
  %rb = sft.all_reduce sum %b axes [0] why "b" : tensor<8xf32> -> tensor<8xf32>
  sft.output prediction "b", %rb : tensor<8xf32>
}
