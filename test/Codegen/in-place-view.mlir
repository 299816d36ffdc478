// RUN: sft-opt %s --sft-assign-in-place --split-input-file | FileCheck %s

// The exponential is read in place and, through a view, transposed: its buffer
// must not be overwritten by the kernel that reads both.
sft.step predict @predict(%x: tensor<8x6xf32>) {
  %e = sft.kernel(%a = %x) : (tensor<8x6xf32>) -> tensor<8x6xf32> {
    %r = sft.exp %a : tensor<8x6xf32>
    sft.kernel_yield %r : tensor<8x6xf32>
  }
  %v = sft.reshape %e : tensor<8x6xf32> to tensor<6x8xf32>
  // CHECK: sft.kernel(
  // CHECK: sft.kernel(
  // CHECK-NOT: in_place
  // CHECK: sft.output
  %s = sft.kernel(%a = %e, %b = %v)
      : (tensor<8x6xf32>, tensor<6x8xf32>) -> tensor<8x6xf32> {
    %t = sft.transpose %b [1, 0] : tensor<6x8xf32>
    %r = sft.add %a, %t : tensor<8x6xf32>
    sft.kernel_yield %r : tensor<8x6xf32>
  }
  sft.output prediction "s", %s : tensor<8x6xf32>
}

// -----

// Nor one of which another part is read later.
// CHECK-LABEL: sft.step predict @parts
// CHECK-NOT: in_place
sft.step predict @parts(%x: tensor<8xf32>) {
  %e = sft.kernel(%a = %x) : (tensor<8xf32>) -> tensor<8xf32> {
    %r = sft.exp %a : tensor<8xf32>
    sft.kernel_yield %r : tensor<8xf32>
  }
  %0 = sft.view %e part 0 : tensor<8xf32> to tensor<4xf32>
  %n = sft.kernel(%a = %0) : (tensor<4xf32>) -> tensor<4xf32> {
    %r = sft.neg %a : tensor<4xf32>
    sft.kernel_yield %r : tensor<4xf32>
  }
  %1 = sft.view %e part 0 : tensor<8xf32> to tensor<4xf32>
  sft.output prediction "n", %n : tensor<4xf32>
  sft.output prediction "e", %1 : tensor<4xf32>
}
