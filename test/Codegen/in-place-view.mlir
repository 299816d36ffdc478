// RUN: sft-opt %s --sft-assign-in-place | FileCheck %s

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
