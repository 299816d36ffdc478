// RUN: sft-opt %s --canonicalize=test-convergence | FileCheck %s

// CHECK-LABEL: sft.step predict @over_nothing
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
sft.step predict @over_nothing(%x: tensor<4x8xf32>) {
  %y = sft.reduce max %x axes [] : tensor<4x8xf32>
  // CHECK-NEXT: sft.output prediction "y", %[[X]]
  sft.output prediction "y", %y : tensor<4x8xf32>
}

// CHECK-LABEL: sft.step predict @over_one_element
// CHECK-SAME: %[[X:.*]]: tensor<4x1xf32>
sft.step predict @over_one_element(%x: tensor<4x1xf32>) {
  %y = sft.reduce sum %x axes [1] keep : tensor<4x1xf32>
  // CHECK-NEXT: sft.output prediction "y", %[[X]]
  sft.output prediction "y", %y : tensor<4x1xf32>
}

// CHECK-LABEL: sft.step predict @stays
sft.step predict @stays(%x: tensor<4x8xf32>) {
  // CHECK-NEXT: sft.reduce
  %y = sft.reduce sum %x axes [1] keep : tensor<4x8xf32>
  sft.output prediction "y", %y : tensor<4x1xf32>
}
