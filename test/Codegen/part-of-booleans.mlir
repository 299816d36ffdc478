// RUN: sft-opt %s --sft-generate-kernels=emit=mlir 2>&1 | FileCheck %s

// A boolean in memory is a byte, also where the part of a rank is read from it.
// CHECK: %[[BYTE:.*]] = memref.load %{{.*}} : memref<8xi8>
// CHECK: %[[IS:.*]] = arith.cmpi ne, %[[BYTE]], %{{.*}} : i8
// CHECK: arith.select %[[IS]]
sft.step predict @predict(%c: tensor<8xi1>, %i: tensor<i64>, %x: tensor<4xf32>) {
  %y = sft.kernel(%a = %c, %b = %i, %d = %x)
      : (tensor<8xi1>, tensor<i64>, tensor<4xf32>) -> tensor<4xf32> {
    %p = sft.part %a, %b dim 0 : tensor<8xi1> to tensor<4xi1>
    %n = sft.neg %d : tensor<4xf32>
    %s = sft.select %p, %d, %n : tensor<4xi1>, tensor<4xf32>, tensor<4xf32>
    sft.kernel_yield %s : tensor<4xf32>
  }
  sft.output prediction "y", %y : tensor<4xf32>
}
