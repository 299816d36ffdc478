// RUN: sft-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: sft.step predict @views
sft.step predict @views(%x: tensor<8x4xf32>, %y: tensor<1x6x2xf32>,
                        %c: !sft.csr<8x100xf32, capacity = 80, blocks = 4>) {
  // CHECK: sft.view %x part 3 : tensor<8x4xf32> to tensor<2x4xf32>
  %0 = sft.view %x part 3 : tensor<8x4xf32> to tensor<2x4xf32>
  // CHECK: sft.view %y part 1 : tensor<1x6x2xf32> to tensor<1x3x2xf32>
  %1 = sft.view %y part 1 : tensor<1x6x2xf32> to tensor<1x3x2xf32>
  // CHECK: sft.view %c part 1 : !sft.csr<8x100xf32, capacity = 80, blocks = 4> to !sft.csr<4x100xf32, capacity = 40, blocks = 2>
  %2 = sft.view %c part 1 : !sft.csr<8x100xf32, capacity = 80, blocks = 4>
      to !sft.csr<4x100xf32, capacity = 40, blocks = 2>
  // CHECK: sft.view %{{.*}} part 0 : !sft.csr<4x100xf32, capacity = 40, blocks = 2> to !sft.csr<2x100xf32, capacity = 20>
  %3 = sft.view %2 part 0 : !sft.csr<4x100xf32, capacity = 40, blocks = 2>
      to !sft.csr<2x100xf32, capacity = 20>
}
