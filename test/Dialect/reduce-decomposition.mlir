// RUN: sft-opt %s --sft-decompose | FileCheck %s

// The count is the global one, taken before anything is sharded.
// CHECK-LABEL: sft.step predict @mean
sft.step predict @mean(%x: tensor<4x8xf32>) {
  // CHECK-DAG: %[[SUM:.*]] = sft.reduce sum %{{.*}} axes [0, 1] : tensor<4x8xf32>
  // CHECK-DAG: %[[SHARE:.*]] = sft.constant dense<3.125000e-02> : tensor<f32>
  // CHECK: sft.mul %[[SHARE]], %[[SUM]]
  %m = sft.mean %x axes [0, 1] : tensor<4x8xf32>
  sft.output prediction "m", %m : tensor<f32>
}

// CHECK-LABEL: sft.step predict @softmax
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
sft.step predict @softmax(%x: tensor<4x8xf32>) {
  // CHECK-NEXT: %[[MAX:.*]] = sft.reduce max %[[X]] axes [1] keep
  // CHECK-NEXT: %[[SHIFTED:.*]] = sft.sub %[[X]], %[[MAX]]
  // CHECK-NEXT: %[[EXP:.*]] = sft.exp %[[SHIFTED]]
  // CHECK-NEXT: %[[SUM:.*]] = sft.reduce sum %[[EXP]] axes [1] keep
  // CHECK-NEXT: sft.div %[[EXP]], %[[SUM]]
  %y = sft.softmax %x : tensor<4x8xf32>
  sft.output prediction "y", %y : tensor<4x8xf32>
}
